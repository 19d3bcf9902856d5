/** Finds words in messages, by their beginnings. */
import type { MessageView } from '@polynya/messenger/api';

/** The ids of messages that have every word of `text` at the beginning of some word, the newest first. */
export function messagesWith(text: string, messages: readonly MessageView[]): string[] {
  const wanted = wordsOf(text);
  if (wanted.length === 0) return [];
  return messages
    .filter(({ text: said, file, deleted }) => {
      if (deleted) return false;
      const words = wordsOf(`${said} ${file?.name ?? ''}`);
      return wanted.every((each) => words.some((word) => word.startsWith(each)));
    })
    .map(({ id }) => id)
    .reverse();
}

function wordsOf(text: string): string[] {
  return (
    text
      .toLocaleLowerCase()
      .replaceAll('ё', 'е')
      .match(/[\p{L}\p{N}]+/gu) ?? []
  );
}
