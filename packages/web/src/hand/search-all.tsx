/** Everything that this device holds, found while one types: by words, chat, person, kind and day. */
import type { ChatId, PersonView } from '@polynya/messenger/api';
import type { FoundView, SearchWanted } from '@polynya/messenger/chats-api';
import {
  createEffect,
  createResource,
  createSignal,
  For,
  type JSX,
  on,
  onCleanup,
  Show,
} from 'solid-js';
import { ThumbUrls } from '../chat/message/thumb-urls.ts';
import { useApp } from '../state/app.ts';
import { inOrder, titleOf } from '../state/chat-order.ts';
import { Avatar } from '../ui/avatar.tsx';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field } from '../ui/field.tsx';
import { called } from '../ui/tag.tsx';
import { useExtraWords } from '../words/use-words.ts';
import { Found } from './found.tsx';
import './search-all.css';

const KINDS = ['picture', 'video', 'voice', 'file', 'link', 'poll'] as const;
const DAY = 86_400_000;

export interface SearchAllProps {
  text?: string;
  /** Where it begins: with the pictures of this chat, everything else being a choice away. */
  chat?: ChatId;
  onClose(): void;
}

export function SearchAll(props: SearchAllProps): JSX.Element {
  const { t } = useExtraWords();
  const { messenger, chats, nav, status, attempt } = useApp();
  const thumbs = new ThumbUrls();
  onCleanup(() => thumbs.release());
  const [text, setText] = createSignal(props.text ?? '');
  const [chat, setChat] = createSignal<ChatId | ''>(props.chat ?? '');
  const [person, setPerson] = createSignal('');
  const [kind, setKind] = createSignal<(typeof KINDS)[number] | ''>(props.chat ? 'picture' : '');
  const [since, setSince] = createSignal('');
  const [until, setUntil] = createSignal('');
  const [found, setFound] = createSignal<readonly FoundView[]>();
  const [more, setMore] = createSignal(false);
  const [people] = createResource(() => messenger.people());
  const kindWords = () => ({
    picture: t().kindPicture,
    video: t().kindVideo,
    voice: t().kindVoice,
    file: t().kindFile,
    link: t().kindLink,
    poll: t().kindPoll,
  });
  const names = () => ({ saved: t().savedMessages, waiting: t().waitingForPeer });
  const titles = () => new Map(chats().map((one) => [one.chat, titleOf(one, names())]));
  const everybody = (): Pick<PersonView, 'person' | 'name' | 'tag' | 'namesake'>[] => {
    const { me } = status();
    const own = me ? [{ ...me, name: `${me.name} (${t().you})`, namesake: false }] : [];
    return [...own, ...(people() ?? [])];
  };
  const day = (value: string, plus: number) =>
    value === '' ? undefined : new Date(`${value}T00:00`).getTime() + plus;
  const wanted = (): SearchWanted => {
    const [from, to] = [day(since(), 0), day(until(), DAY - 1)];
    const [inChat, by, what] = [chat(), person(), kind()];
    return {
      text: text(),
      ...(inChat && { chat: inChat }),
      ...(by && { person: by }),
      ...(what && { kind: what }),
      ...(from !== undefined && { from }),
      ...(to !== undefined && { to }),
    };
  };
  let asked = 0;
  const search = async (before?: number) => {
    const mine = ++asked;
    const asking = wanted();
    if (asking.text.trim() === '' && !asking.person && !asking.kind) return setFound(undefined);
    const answer = await attempt(
      messenger.search(before === undefined ? asking : { ...asking, before }),
    );
    // What was typed meanwhile has an answer of its own.
    if (!answer || mine !== asked) return;
    const earlier = before === undefined ? [] : (found() ?? []);
    const known = new Set(earlier.map(({ message }) => message));
    setFound([...earlier, ...answer.found.filter(({ message }) => !known.has(message))]);
    setMore(answer.more);
  };
  createEffect(on(wanted, () => void search()));
  const go = (one: FoundView) => {
    props.onClose();
    nav.open(one.chat, { message: one.message, seq: one.seq });
  };
  let list!: HTMLUListElement;
  const keys = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined || event.target instanceof HTMLSelectElement) return;
    const all = [...(list?.querySelectorAll('button') ?? [])];
    if (all.length === 0) return;
    event.preventDefault();
    const at = all.indexOf(document.activeElement as HTMLButtonElement);
    all[Math.min(all.length - 1, Math.max(0, at + step))]?.focus();
  };

  return (
    <Dialog title={props.chat ? t().chatFiles : t().searchAll} look="tall" onClose={props.onClose}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the arrows go from what is found to what is found. */}
      <div class="search-all" onKeyDown={keys}>
        <Field label={t().searchHint} type="search" value={text()} autofocus onText={setText} />
        <div class="search-filters">
          <label class="search-filter">
            {t().searchIn}
            <select class="field-input" onChange={(event) => setChat(event.currentTarget.value)}>
              <option value="">{t().searchAnyChat}</option>
              <For each={inOrder(chats())}>
                {(one) => (
                  <option value={one.chat} selected={one.chat === chat()}>
                    {titles().get(one.chat)}
                  </option>
                )}
              </For>
            </select>
          </label>
          <label class="search-filter">
            {t().searchFrom}
            <select class="field-input" onChange={(event) => setPerson(event.currentTarget.value)}>
              <option value="">{t().searchAnybody}</option>
              <For each={everybody()}>
                {(one) => (
                  <option value={one.person}>
                    {called(one.name, one.namesake ? one.tag : null)}
                  </option>
                )}
              </For>
            </select>
          </label>
          <label class="search-filter">
            {t().searchKind}
            <select
              class="field-input"
              onChange={(event) =>
                setKind(KINDS.find((one) => one === event.currentTarget.value) ?? '')
              }
            >
              <option value="">{t().searchAnything}</option>
              <For each={KINDS}>
                {(one) => (
                  <option value={one} selected={one === kind()}>
                    {kindWords()[one]}
                  </option>
                )}
              </For>
            </select>
          </label>
          <label class="search-filter">
            {t().searchSince}
            <input
              class="field-input"
              type="date"
              onChange={(event) => setSince(event.currentTarget.value)}
            />
          </label>
          <label class="search-filter">
            {t().searchUntil}
            <input
              class="field-input"
              type="date"
              onChange={(event) => setUntil(event.currentTarget.value)}
            />
          </label>
        </div>
        <Show when={found()}>
          {(all) => (
            <>
              <output class="visually-hidden">{all().length}</output>
              <Show when={all().length === 0}>
                <p class="picker-none">{t().searchNothing}</p>
              </Show>
              <ul ref={list} class="search-found">
                <For each={all()}>
                  {(one) => (
                    <li>
                      <Found
                        found={one}
                        title={chat() ? undefined : titles().get(one.chat)}
                        onGo={() => go(one)}
                      >
                        <Show
                          when={one.thumb}
                          fallback={<Avatar small id={one.sender} name={one.name} />}
                        >
                          {(thumb) => (
                            <img
                              class="found-thumb"
                              src={thumbs.urlOf(one.message, thumb())}
                              alt=""
                            />
                          )}
                        </Show>
                      </Found>
                    </li>
                  )}
                </For>
              </ul>
              <Show when={more()}>
                <Button look="wide" onClick={() => void search(all().at(-1)?.at)}>
                  {t().searchOlder}
                </Button>
              </Show>
            </>
          )}
        </Show>
      </div>
    </Dialog>
  );
}
