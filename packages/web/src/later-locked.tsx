/** The screen of a locked store, in a file of its own: who is not locked out never loads it. */
import { laterFrom } from './later.tsx';

export const Locked = laterFrom(() => import('./lock/locked.tsx'))((file) => file.Locked);
