/** What goes on beside the chats: word of what comes, the number on the app's icon, the lock that shuts by itself, what is shared. */
import { createEffect, type JSX, on, onCleanup } from 'solid-js';
import { TAG } from '../shell/told.ts';
import { useApp } from '../state/app.ts';
import { useExtraWords } from '../words/use-words.ts';
import { shut, watchAway } from './auto-lock.ts';
import { hideShown, leaveWords, notifyChoice, renew } from './push.ts';
import { Share } from './share.tsx';

export function Away(): JSX.Element {
  const { t } = useExtraWords();
  const { messenger, lock, status, chats, drafts } = useApp();
  // Where the browser refuses, there is no number, and no word: nothing else depends on it.
  const quietly = (work: Promise<unknown> | undefined) => void work?.catch(() => undefined);
  const unread = () => status().unread;

  createEffect(() => {
    const count = unread();
    quietly(count > 0 ? navigator.setAppBadge?.(count) : navigator.clearAppBadge?.());
  });

  const tell = async () => {
    const newest = chats()
      .filter(
        ({ unread, marks, state, blocked }) =>
          unread > 0 && !marks.muted && !blocked && state !== 'request',
      )
      .sort((a, b) => b.at - a.at)[0];
    if (newest?.last?.silent) return;
    // Under a lock what a notification shows would lie open.
    const title = (await lock.lockedBy()) ? '' : newest?.title;
    const worker = await navigator.serviceWorker.ready;
    const about = { body: t().newMessage, tag: TAG, icon: 'icon.svg' };
    await worker.showNotification(title || t().appName, about);
  };
  createEffect(
    on(unread, (now, before) => {
      const more = before !== undefined && now > before;
      if (more && document.hidden && notifyChoice() !== 'off') quietly(tell());
    }),
  );

  createEffect(() => {
    if (notifyChoice() !== 'off') quietly(leaveWords(t().newMessage));
  });
  const seen = () => {
    if (notifyChoice() === 'closed') quietly(renew(messenger));
    if (!document.hidden && navigator.serviceWorker) quietly(hideShown());
  };
  createEffect(
    on(
      () => status().line === 'online',
      (online) => online && seen(),
    ),
  );
  document.addEventListener('visibilitychange', seen);
  onCleanup(() => document.removeEventListener('visibilitychange', seen));

  onCleanup(
    watchAway(() => {
      drafts.flush();
      shut();
    }),
  );
  return <Share />;
}
