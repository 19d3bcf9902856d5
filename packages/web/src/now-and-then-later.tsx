/** The views of `now-and-then.ts`, each of them a component that appears once that file is here. */
import { laterFrom } from './later.tsx';

const later = laterFrom(() => import('./now-and-then.ts'));

export const LaterForm = later((parts) => parts.LaterForm);
export const MessageInfo = later((parts) => parts.MessageInfo);
export const NewPoll = later((parts) => parts.NewPoll);
export const ScheduledBar = later((parts) => parts.ScheduledBar);
export const Shortcuts = later((parts) => parts.Shortcuts);
