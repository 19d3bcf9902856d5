/** A QR code (ISO/IEC 18004) in half-block signs, dark on light whatever the terminal's colours are. */
import encodeQr from 'qr';

/** `ESC [ 30;107 m`: black on bright white. */
const DARK_ON_LIGHT = '\u001b[30;107m';
const PLAIN = '\u001b[0m';

/** The lines of the code, two rows of modules in each. @throws Error if `text` does not fit one code */
export function qrLines(text: string): string[] {
  const rows = encodeQr(text, 'raw', { ecc: 'low', border: 2 });
  const lines: string[] = [];
  for (let y = 0; y < rows.length; y += 2) {
    const signs = (rows[y] ?? []).map((upper, x) => sign(upper, rows[y + 1]?.[x] ?? false));
    lines.push(`${DARK_ON_LIGHT}${signs.join('')}${PLAIN}`);
  }
  return lines;
}

function sign(upper: boolean, lower: boolean): string {
  if (upper) return lower ? '█' : '▀';
  return lower ? '▄' : ' ';
}
