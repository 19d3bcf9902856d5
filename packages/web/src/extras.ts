/**
 * What opens over the chats, in a file of its own: reading and writing need none of it, so it loads
 * once they work. `later.tsx` is how views reach it.
 */
export { LinkNew, NewChat, NewGroup, Recover } from './adding-later.tsx';
export { Away } from './away/away.tsx';
export { ChatFoot } from './chat/chat-foot.tsx';
export { ChatSearch } from './chat/chat-search.tsx';
export { Doubt } from './chat/doubt.tsx';
export { FilePart } from './chat/message/file-part.tsx';
export { MessageMenu } from './chat/message/message-menu.tsx';
export { Poll } from './chat/message/poll.tsx';
export { TimeLeft } from './chat/message/time-left.tsx';
export { Pins } from './chat/pins.tsx';
export { SelectionBar } from './chat/selection-bar.tsx';
export { AttachMenu } from './chat/writing/attach-menu.tsx';
export { EmojiDialog } from './chat/writing/emoji-dialog.tsx';
export { MentionList } from './chat/writing/mention-list.tsx';
export { RecordBar } from './chat/writing/record-bar.tsx';
export { SendFiles } from './chat/writing/send-files.tsx';
export { SendMenu } from './chat/writing/send-menu.tsx';
// Named for adding.ts, which shares them with the first screens: what extras.js does not have in common with both, the
// bundler moves out of the first file into one more.
export { LinkForm } from './first/link-form.tsx';
export { Screen } from './first/screen.tsx';
export { AppKeys } from './hand/app-keys.tsx';
export { ChatKeys } from './hand/chat-keys.tsx';
export { ChatPicker } from './hand/chat-picker.tsx';
export { SearchAll } from './hand/search-all.tsx';
export { Banners } from './line/banners.tsx';
export { ChatMenu } from './list/chat-menu.tsx';
export { FolderTabs } from './list/folder-tabs.tsx';
export { ScheduledBar } from './now-and-then-later.tsx';
export { ChatPanel } from './panel/chat-panel.tsx';
export { RefusedUpdate } from './release/refused-update.tsx';
export { ReleaseNews } from './release/release-news.tsx';
export { Settings } from './settings/settings.tsx';
