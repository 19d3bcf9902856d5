/**
 * What opens over the chats, in a file of its own: reading and writing need none of it, so it loads
 * once they work. `later.tsx` is how views reach it.
 */
export { LinkNew, NewChat, NewGroup, Recover } from './adding-later.tsx';
export { Away } from './away/away.tsx';
export { AttachMenu } from './chat/attach-menu.tsx';
export { ChatFoot } from './chat/chat-foot.tsx';
export { ChatSearch } from './chat/chat-search.tsx';
export { Doubt } from './chat/doubt.tsx';
export { EmojiDialog } from './chat/emoji-dialog.tsx';
export { FilePart } from './chat/file-part.tsx';
export { MentionList } from './chat/mention-list.tsx';
export { MessageMenu } from './chat/message-menu.tsx';
export { Pins } from './chat/pins.tsx';
export { Poll } from './chat/poll.tsx';
export { RecordBar } from './chat/record-bar.tsx';
export { SelectionBar } from './chat/selection-bar.tsx';
export { SendFiles } from './chat/send-files.tsx';
export { SendMenu } from './chat/send-menu.tsx';
export { TimeLeft } from './chat/time-left.tsx';
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
