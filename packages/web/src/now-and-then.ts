/**
 * What is opened now and then beside writing, media, search and settings: saying something later, asking a question,
 * who has seen what, the list of keys. A file of its own, which loads when the first of it opens;
 * `now-and-then-later.tsx` is how the views of `extras.ts` reach it.
 */
export { LaterForm } from './chat/later-form.tsx';
export { MessageInfo } from './chat/message-info.tsx';
export { NewPoll } from './chat/new-poll.tsx';
export { ScheduledBar } from './chat/scheduled-bar.tsx';
export { Shortcuts } from './hand/shortcuts.tsx';
