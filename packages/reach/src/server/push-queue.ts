/** What waits to be told to a client unasked: a bounded number of bytes, and beyond them only where each log's head is. */
import type { LogItem, PushItem } from '@polynya/protocol/requests';

export class PushQueue {
  readonly #limit: number;
  /**
   * Made when something comes and let go with it. An empty list that waited for the next push would grow old, and then
   * the garbage collector takes what it held for alive long after.
   */
  #items: PushItem[] | undefined;
  #bytes = 0;
  #record: Extract<PushItem, { item: 'record' }> | undefined;
  /** Heads of logs by number, for pushes that did not fit. */
  #nudges: Map<number, number> | undefined;

  /** `limit`: bytes of bodies that may wait. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get empty(): boolean {
    return !this.#items && !this.#nudges && !this.#record;
  }

  add(item: PushItem): void {
    if (item.item === 'record') {
      this.#record = item;
      return;
    }
    const size = sizeOf(item);
    // Once a push of a log was left out, those after it would only show a gap.
    const gap = item.item !== 'signal' && this.#nudges?.has(item.n);
    if (item.item !== 'nudge' && !gap && this.#bytes + size <= this.#limit) {
      this.#items ??= [];
      this.#items.push(item);
      this.#bytes += size;
      return;
    }
    if (item.item === 'signal') return;
    const head = item.item === 'nudge' ? item.head : (item.entries.at(-1)?.seq ?? 0);
    this.#nudges ??= new Map();
    this.#nudges.set(item.n, Math.max(head, this.#nudges.get(item.n) ?? 0));
  }

  /** Takes everything out, in order, nudges last. */
  drain(): PushItem[] {
    const items = this.#items ?? [];
    for (const [n, head] of this.#nudges ?? []) items.push({ item: 'nudge', n, head });
    if (this.#record) items.push(this.#record);
    this.#record = undefined;
    this.#items = undefined;
    this.#bytes = 0;
    this.#nudges = undefined;
    return items;
  }
}

function sizeOf(item: LogItem): number {
  if (item.item !== 'push') return item.item === 'signal' ? item.body.length + 16 : 16;
  let size = 0;
  for (const { body } of item.entries) size += body.length + 64;
  return size;
}
