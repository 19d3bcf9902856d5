/** What a message's file is doing, in words, and what a person may do about it. */
import type { MessageView } from '@polynya/messenger/api';
import { useApp } from '../../state/app.ts';
import type { IconName } from '../../ui/icon.tsx';
import { useExtraWords } from '../../words/use-words.ts';
import { useChat } from '../chat-context.ts';
import { saveBlob } from './save-blob.ts';

export function useTransfer(message: () => MessageView) {
  const { t, format } = useExtraWords();
  const { messenger, attempt } = useApp();
  const { detail } = useChat();
  const { chat } = detail();
  const id = () => message().id;
  const file = () => message().file;
  const state = () => file()?.state;
  // A message that failed as a whole has its own buttons.
  const resumable = () =>
    (state() === 'paused' || state() === 'failed') && message().state !== 'failed';

  /** The next thing to do with a file that is not here; null: nothing. */
  const step = (): { icon: IconName; label: string; go: () => unknown } | null => {
    if (state() === 'moving' || state() === 'waiting') {
      const go = () => attempt(messenger.pauseFile(chat, id()));
      return { icon: 'pause', label: t().filePause, go };
    }
    const get = () => attempt(messenger.fetchFile(chat, id()));
    if (state() === 'remote') return { icon: 'download', label: t().fileGet, go: get };
    if (!resumable()) return null;
    const unsent = message().mine && message().seq === null;
    const go = () => (unsent ? attempt(messenger.retry(chat, id())) : get());
    return { icon: 'play', label: t().fileResume, go };
  };
  const words = () => {
    const size = format().size(file()?.size ?? 0);
    const progress = t().fileProgress(format().size(file()?.done ?? 0), size);
    switch (state()) {
      case 'waiting':
        return `${size} · ${t().fileWaiting}`;
      case 'moving':
        return progress;
      case 'paused':
        return `${progress} · ${t().filePaused}`;
      case 'failed':
        return `${progress} · ${t().fileFailed}`;
      default:
        return size;
    }
  };
  const save = async () => {
    const blob = await attempt(messenger.fileBlob(chat, id()));
    if (blob) saveBlob(blob, file()?.name ?? '');
  };
  return {
    step,
    words,
    save,
    here: () => state() === 'here',
    underWay: () => !['remote', 'here', undefined].includes(state()),
    problem: () => (state() === 'failed' && resumable() && message().problem) || null,
  };
}
