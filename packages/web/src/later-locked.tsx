/** The screen of a locked store, in a file of its own: who is not locked out never loads it. */
import { lazy } from 'solid-js';

export const Locked = lazy(async () => ({ default: (await import('./lock/locked.tsx')).Locked }));
