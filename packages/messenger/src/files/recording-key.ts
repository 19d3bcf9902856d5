/** Where a recording that was not sent yet lies in the Store: known to views, which load no more. */
import type { ChatId } from '../api.ts';

/** Its MIME type is there; its pieces are among those of files. */
export function recordingKey(chat: ChatId): string {
  return `recording/${chat}`;
}
