/**
 * What is opened now and then beside writing, media, search and settings: saying something later, asking a question,
 * who has seen what, the list of keys. A file of its own, which loads when the first of it opens;
 * `now-and-then-later.tsx` is how the views of `extras.ts` reach it.
 */

export { MessageInfo } from './chat/message/message-info.tsx';
export { LaterForm } from './chat/writing/later-form.tsx';
export { NewPoll } from './chat/writing/new-poll.tsx';
export { ScheduledBar } from './chat/writing/scheduled-bar.tsx';
export { Shortcuts } from './hand/shortcuts.tsx';
