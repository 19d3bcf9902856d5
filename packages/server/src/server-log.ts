/** What a server says about itself: events and counts. Never an address, id, name, or text that came from outside. */
import { StorageError } from './engine/engine.ts';

export type LogLine =
  | { readonly event: 'started'; readonly tls: boolean; readonly page: boolean }
  /** The end was asked for: so many requests were under way, and this long they took to be answered. */
  | { readonly event: 'draining'; readonly underWay: number }
  | { readonly event: 'drained'; readonly underWay: number; readonly ms: number }
  | { readonly event: 'stopped' }
  /** The clock went so many hours ahead (or, below 0, back) at once: retention goes by the time before until a day confirmed it. */
  | { readonly event: 'clock-jumped'; readonly hours: number }
  | { readonly event: 'clock-trusted' }
  | { readonly event: 'retention'; readonly chunks: number; readonly ms: number }
  | { readonly event: 'storage-failed'; readonly fault: string; readonly why: string }
  | { readonly event: 'bug'; readonly error: string; readonly at: readonly string[] };

export type Log = (line: LogLine) => void;

/** A storage's own sentence; of a bug its kind and where it happened: its message may quote what came from outside. */
export function lineOf(error: unknown): LogLine {
  if (error instanceof StorageError) {
    return { event: 'storage-failed', fault: error.fault, why: error.message };
  }
  if (!(error instanceof Error)) return { event: 'bug', error: typeof error, at: [] };
  const frames = error.stack?.split('\n').filter((line) => /^\s+at /.test(line)) ?? [];
  return { event: 'bug', error: error.name, at: frames.slice(0, 5).map((line) => line.trim()) };
}
