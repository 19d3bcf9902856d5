/** Which keys do what. */
import { For, type JSX } from 'solid-js';
import { Dialog } from '../ui/dialog.tsx';
import { useExtraWords } from '../words/use-words.ts';
import './chat-picker.css';
import { MOD_NAME } from './keys.ts';

export function Shortcuts(props: { onClose(): void }): JSX.Element {
  const { t } = useExtraWords();
  const all = (): [keys: string[], what: string][] => [
    [['Enter'], t().keySend],
    [['Shift', 'Enter'], t().keyBreak],
    [['↑'], t().keyEdit],
    [[MOD_NAME, '↑ ↓'], t().keyReply],
    [['Esc'], t().keyBack],
    [['Alt', '↑ ↓'], t().keyChats],
    [[MOD_NAME, 'K'], t().findChat],
    [[MOD_NAME, 'F'], t().findInChat],
    [[MOD_NAME, 'Shift', 'F'], t().searchAll],
    [['← →'], t().keyPicture],
    [['+ − 0'], t().keyZoom],
    [[MOD_NAME, '/'], t().shortcuts],
  ];
  return (
    <Dialog title={t().shortcuts} onClose={props.onClose}>
      <dl class="shortcuts">
        <For each={all()}>
          {([keys, what]) => (
            <>
              <dt>
                <For each={keys}>
                  {(key, i) => (
                    <>
                      {i() > 0 ? ' + ' : ''}
                      <kbd>{key}</kbd>
                    </>
                  )}
                </For>
              </dt>
              <dd>{what}</dd>
            </>
          )}
        </For>
      </dl>
    </Dialog>
  );
}
