/** The camera looks for another's safety number, and it is said plainly whether it is the same. */
import { createResource, createSignal, type JSX, Show } from 'solid-js';
import { useApp } from '../state/app.ts';
import { Icon } from '../ui/icon.tsx';
import { useExtraWords } from '../words/use-words.ts';
import { CodeCamera } from './code-camera.tsx';
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

export function SafetyScan(props: SafetyScanProps): JSX.Element {
  const { t, locale } = useExtraWords();
  const { attempt, say } = useApp();
  const [loaded] = createResource(() => attempt(import('../words/seldom.ts')));
  const [said, setSaid] = createSignal<ReturnType<typeof judged>>();
  const met = (code: string) => {
    const result = setSaid(judged(code, props.code));
    if (result !== 'none') props.onCompared(result === 'same');
  };

  return (
    <Show when={loaded()}>
      {(parts) => {
        const words = () => parts().seldomWords[locale()];
        return (
          <>
            <Show when={!said() || said() === 'none'}>
              <CodeCamera
                label={t().scanCode}
                onCode={met}
                onNone={() => {
                  say(t().noCamera);
                  props.onClose();
                }}
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
