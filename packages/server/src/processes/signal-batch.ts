/** Signals on their way between processes of one server: `log(16) ‖ length(2) ‖ body`, again and again. */
import { LIMITS } from '@polynya/protocol/limits';

const LOG = 16;
const HEAD = LOG + 2;

export interface Signal {
  readonly log: Uint8Array;
  readonly body: Uint8Array;
}

export const bytesOf = ({ body }: Signal): number => HEAD + body.length;

export function encodeSignals(signals: readonly Signal[]): Buffer<ArrayBuffer> {
  const parts = signals.flatMap(({ log, body }) => {
    const length = Buffer.alloc(2);
    length.writeUInt16BE(body.length);
    return [log, length, body];
  });
  return Buffer.concat(parts);
}

/** Null for what no process sends. */
export function decodeSignals(batch: Buffer): Signal[] | null {
  const signals: Signal[] = [];
  for (let at = 0; at < batch.length; ) {
    if (at + HEAD > batch.length) return null;
    const length = batch.readUInt16BE(at + LOG);
    const end = at + HEAD + length;
    if (length < 1 || length > LIMITS.signal || end > batch.length) return null;
    signals.push({ log: batch.subarray(at, at + LOG), body: batch.subarray(at + HEAD, end) });
    at = end;
  }
  return signals;
}
