/** Object URLs of the small pictures in a timeline: one for each message, let go together. */
import type { MessageId } from '@polynya/messenger/api';

export class ThumbUrls {
  readonly #urls = new Map<MessageId, string>();

  /** A message's thumb never changes, so the first bytes are as good as any later copy of them. */
  urlOf(message: MessageId, thumb: Uint8Array): string {
    const known = this.#urls.get(message);
    if (known !== undefined) return known;
    // Of a type: opened by itself, one without any could be taken for a page of this site.
    const url = URL.createObjectURL(new Blob([thumb.slice()], { type: 'image/webp' }));
    this.#urls.set(message, url);
    return url;
  }

  release(): void {
    for (const url of this.#urls.values()) URL.revokeObjectURL(url);
    this.#urls.clear();
  }
}
