/**
 * Where an entry stands in a conversation that had other logs before this one: the timeline counts on, `base`
 * being what the logs before had. On the wire each log counts from 1.
 */
import type { Arrived, Happened } from '../timeline/arrived.ts';

export function placed<T extends Arrived | Happened>(one: T, base: number): T {
  const seq = one.seq + base;
  if (!('content' in one) || one.content.kind !== 'receipt') return { ...one, seq };
  const { delivered, read } = one.content;
  const at = (mark: number) => (mark > 0 ? mark + base : 0);
  return { ...one, seq, content: { ...one.content, delivered: at(delivered), read: at(read) } };
}

/** The seq in this log of a place in the timeline; 0 for what was before. */
export function inLog(place: number, base: number): number {
  return Math.max(0, place - base);
}
