/** The camera looks for another's safety number, and it is said plainly whether it is the same. */
import { createResource, createSignal, type JSX, onCleanup, Show } from 'solid-js';
import { useApp } from '../state/app.ts';
import { Icon } from '../ui/icon.tsx';
import { useExtraWords } from '../words/use-words.ts';
import { judged } from './safety-code.ts';

export interface SafetyScanProps {
  /** That is to be met. */
  code: string;
  /** Whose code is read. */
  name: string;
  /** Another's safety number was read. */
  onCompared(same: boolean): void;
  onClose(): void;
}

/** What few people open loads then: `read-codes.ts`, and the words. */
const load = () => Promise.all([import('./read-codes.ts'), import('../words/seldom.ts')]);

export function SafetyScan(props: SafetyScanProps): JSX.Element {
  const { t, locale } = useExtraWords();
  const { attempt, say } = useApp();
  const [loaded] = createResource(() => attempt(load()));
  const [said, setSaid] = createSignal<ReturnType<typeof judged>>();
  const ending = new AbortController();
  onCleanup(() => ending.abort());
  const begin = async (camera: HTMLVideoElement) => {
    try {
      await loaded()?.[0].readCodes(camera, ending.signal, (code) => {
        setSaid(judged(code, props.code));
        if (said() === 'none') return;
        ending.abort();
        props.onCompared(said() === 'same');
      });
    } catch (error) {
      // Refused, or there is none.
      if (!(error instanceof DOMException)) throw error;
      say(t().noCamera);
      props.onClose();
    }
  };

  return (
    <Show when={loaded()}>
      {(parts) => {
        const words = () => parts()[1].seldomWords[locale()];
        return (
          <>
            <Show when={!said() || said() === 'none'}>
              <video
                ref={(camera) => void attempt(begin(camera))}
                class="scan"
                autoplay
                muted
                playsinline
                aria-label={t().scanCode}
              />
            </Show>
            <p class={`scan-said ${said() ?? ''}`} role="status">
              <Show when={said()} fallback={words().scanText(props.name)}>
                {(result) => (
                  <>
                    <Icon name={result() === 'same' ? 'check' : 'failed'} size={32} />
                    {words().scanned[result()](props.name)}
                  </>
                )}
              </Show>
            </p>
          </>
        );
      }}
    </Show>
  );
}
