/** A QR code (ISO/IEC 18004) as one SVG path, dark on light whatever the theme: cameras expect that. */
import { createMemo, type JSX, Show } from 'solid-js';
import { useExtraWords } from '../words/use-words.ts';
import { qrMatrix } from './qr-matrix.ts';

const QUIET = 2;

/** The dark modules as a path of unit squares, or null when the text does not fit into a code. */
export function qrPath(text: string): { readonly path: string; readonly size: number } | null {
  const rows = qrMatrix(text);
  if (!rows) return null;
  const path = rows
    .flatMap((row, y) => row.map((dark, x) => (dark ? `M${x + QUIET} ${y + QUIET}h1v1h-1z` : '')))
    .join('');
  return { path, size: rows.length + 2 * QUIET };
}

export function QrCode(props: { text: string; label: string }): JSX.Element {
  const { t } = useExtraWords();
  const code = createMemo(() => qrPath(props.text));
  return (
    <Show when={code()} fallback={<p class="link-card-note">{t().qrTooLong}</p>}>
      {(qr) => (
        <div class="link-card-qr">
          <svg
            viewBox={`0 0 ${qr().size} ${qr().size}`}
            role="img"
            aria-label={props.label}
            shape-rendering="crispEdges"
          >
            <path d={qr().path} fill="#0b1517" />
          </svg>
        </div>
      )}
    </Show>
  );
}
