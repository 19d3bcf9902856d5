/** The views of `extras.ts`, each of them a component that appears once that file and its words are here. */
import { type Component, createResource, type JSX, Show } from 'solid-js';
import { type Language, useWords } from './words/use-words.ts';

/** How views of one file are reached: each is a component that appears once the file is here. */
export function laterFrom<File>(load: (language: Language) => Promise<File>) {
  /** `unasked`: nobody waits for it, so that nobody hears of it when it does not come. */
  return <P extends object>(pick: (file: File) => Component<P>, unasked = false): Component<P> =>
    (props): JSX.Element => {
      const language = useWords();
      const [file] = createResource(() =>
        unasked ? load(language).catch(() => undefined) : load(language),
      );
      return (
        <Show when={file()} keyed>
          {(loaded) => pick(loaded)(props)}
        </Show>
      );
    };
}

const later = laterFrom(async (language) => {
  const [extras] = await Promise.all([import('./extras.ts'), language.learnExtras()]);
  return extras;
});

export const Away = later((extras) => extras.Away, true);
export const AttachMenu = later((extras) => extras.AttachMenu);
export const Banners = later((extras) => extras.Banners, true);
export const MentionList = later((extras) => extras.MentionList);
export const ChatFoot = later((extras) => extras.ChatFoot);
export const FolderTabs = later((extras) => extras.FolderTabs);
export const FilePart = later((extras) => extras.FilePart);
export const Poll = later((extras) => extras.Poll);
export const TimeLeft = later((extras) => extras.TimeLeft);
export const AppKeys = later((extras) => extras.AppKeys, true);
export const ChatKeys = later((extras) => extras.ChatKeys, true);
export const ChatMenu = later((extras) => extras.ChatMenu);
export const ChatPicker = later((extras) => extras.ChatPicker);
export const ChatSearch = later((extras) => extras.ChatSearch);
export const EmojiDialog = later((extras) => extras.EmojiDialog);
export const MessageMenu = later((extras) => extras.MessageMenu);
export const Doubt = later((extras) => extras.Doubt, true);
export const Pins = later((extras) => extras.Pins, true);
export const RecordBar = later((extras) => extras.RecordBar);
export const ScheduledBar = later((extras) => extras.ScheduledBar);
export const SendMenu = later((extras) => extras.SendMenu);
export const SelectionBar = later((extras) => extras.SelectionBar);
export const SendFiles = later((extras) => extras.SendFiles);
export const NewChat = later((extras) => extras.NewChat);
export const NewGroup = later((extras) => extras.NewGroup);
export const ChatPanel = later((extras) => extras.ChatPanel);
export const LinkNew = later((extras) => extras.LinkNew);
export const Recover = later((extras) => extras.Recover);
export const SearchAll = later((extras) => extras.SearchAll);
export const RefusedUpdate = later((extras) => extras.RefusedUpdate);
export const ReleaseNews = later((extras) => extras.ReleaseNews, true);
export const Settings = later((extras) => extras.Settings);
