/** The views of `extras.ts`, each of them a component that appears once that file is here. */
import { type Component, lazy } from 'solid-js';

const load = () => import('./extras.ts');

/** Fetches the file in a quiet moment, so that nothing is waited for when it is wanted. */
export function loadExtrasSoon(): void {
  // Fails at the worst when it is wanted, and is told then.
  setTimeout(() => load().catch(() => undefined), 2000);
}

type Extras = Awaited<ReturnType<typeof load>>;

function later<P extends object>(pick: (extras: Extras) => Component<P>): Component<P> {
  return lazy(async () => ({ default: pick(await load()) }));
}

export const MessageMenu = later((extras) => extras.MessageMenu);
export const SendFiles = later((extras) => extras.SendFiles);
export const Picture = later((extras) => extras.Picture);
export const NewChat = later((extras) => extras.NewChat);
export const NewGroup = later((extras) => extras.NewGroup);
export const ChatPanel = later((extras) => extras.ChatPanel);
export const Settings = later((extras) => extras.Settings);
