/**
 * Frames of a WebSocket at the server (RFC 6455 section 5): masked ones come in, in whatever pieces, and messages come
 * out whole; what goes out is put into one frame each.
 */

export const OPCODES = {
  continuation: 0,
  text: 1,
  binary: 2,
  close: 8,
  ping: 9,
  pong: 10,
} as const;

/** Status codes of a close frame (section 7.4.1). */
export const CLOSE = { away: 1001, protocol: 1002, unsupported: 1003, tooBig: 1009 } as const;

/** What a program says to itself alone, and what is kept for later. */
const NEVER_SENT = [1004, 1005, 1006];

const FIN = 0x80;
const RESERVED = 0x70;
const MASKED = 0x80;
const MASK = 4;
/** The most that a control frame carries. */
const CONTROL = 125;
const MEDIUM = 126;
const LONG = 127;
/** Bytes of the least memory for what is incomplete. */
const LEAST = 1_024;

export interface MessageTaker {
  /** A whole message, or a control frame. `payload` is unmasked, and nobody else writes to it later. */
  take(opcode: number, payload: Buffer): void;
}

/** The peer broke the rules: the connection is closed with this status code. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
  readonly status: number;

  constructor(status: number) {
    super(`status ${status}`);
    this.status = status;
  }
}

/** Bytes that grow: in memory that is at most about twice as large, however small the pieces are in which they come. */
class Growing {
  #memory = Buffer.alloc(0);
  #used = 0;

  get length(): number {
    return this.#used;
  }

  get bytes(): Buffer {
    return this.#memory.subarray(0, this.#used);
  }

  add(more: Uint8Array): void {
    const needed = this.#used + more.length;
    if (needed > this.#memory.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(LEAST, needed, 2 * this.#memory.length));
      larger.set(this.bytes);
      this.#memory = larger;
    }
    this.#memory.set(more, this.#used);
    this.#used = needed;
  }
}

export class FrameReader {
  readonly #most: number;
  /** The beginning of a frame. */
  #partial: Growing | undefined;
  /** The beginning of a message that comes in several frames. */
  #message: Growing | undefined;
  #opcode = 0;

  /** `most`: bytes of a message. */
  constructor(most: number) {
    this.#most = most;
  }

  /**
   * Hands over what `chunk`, whose memory is the reader's from now on, brings to an end, in order.
   * @throws FrameError, after what came before it
   */
  read(chunk: Buffer, taker: MessageTaker): void {
    this.#partial?.add(chunk);
    const bytes = this.#partial?.bytes ?? chunk;
    let at = 0;
    for (let end = this.#frame(bytes, at, taker); end > at; end = this.#frame(bytes, at, taker)) {
      at = end;
    }
    if (this.#partial && at === 0) return;
    this.#partial = at < bytes.length ? new Growing() : undefined;
    this.#partial?.add(bytes.subarray(at));
  }

  /** Takes the frame that begins there, if it is there whole, and says where it ends; else `at`. */
  #frame(bytes: Buffer, at: number, taker: MessageTaker): number {
    const left = bytes.length - at;
    if (left < 2) return at;
    const first = bytes[at] as number;
    const second = bytes[at + 1] as number;
    const opcode = first & 15;
    const fin = (first & FIN) !== 0;
    const short = second & 127;
    if ((first & RESERVED) !== 0 || (second & MASKED) === 0) throw new FrameError(CLOSE.protocol);
    const isControl = opcode >= OPCODES.close;
    if (isControl && (!fin || short > CONTROL)) throw new FrameError(CLOSE.protocol);
    const head = 2 + (short === MEDIUM ? 2 : short === LONG ? 8 : 0) + MASK;
    if (left < head) return at;
    const length = lengthAt(bytes, at + 2, short);
    const before = isControl ? 0 : (this.#message?.length ?? 0);
    if (before + length > this.#most) throw new FrameError(CLOSE.tooBig);
    const end = at + head + length;
    if (end > bytes.length) return at;
    const payload = bytes.subarray(at + head, end);
    unmask(payload, bytes, at + head - MASK);
    if (isControl) this.#control(opcode, payload, taker);
    else this.#join(fin, opcode, payload, taker);
    return end;
  }

  #control(opcode: number, payload: Buffer, taker: MessageTaker): void {
    if (opcode > OPCODES.pong) throw new FrameError(CLOSE.protocol);
    taker.take(opcode, payload);
  }

  #join(fin: boolean, opcode: number, payload: Buffer, taker: MessageTaker): void {
    const isFirst = opcode !== OPCODES.continuation;
    if (opcode > OPCODES.binary || isFirst === (this.#message !== undefined)) {
      throw new FrameError(CLOSE.protocol);
    }
    if (isFirst && fin) {
      taker.take(opcode, payload);
      return;
    }
    if (isFirst) this.#opcode = opcode;
    this.#message ??= new Growing();
    this.#message.add(payload);
    if (!fin) return;
    const whole = this.#message.bytes;
    this.#message = undefined;
    taker.take(this.#opcode, whole);
  }
}

function lengthAt(bytes: Buffer, at: number, short: number): number {
  if (short < MEDIUM) return short;
  if (short === MEDIUM) return bytes.readUInt16BE(at);
  return bytes.readUInt32BE(at) * 2 ** 32 + bytes.readUInt32BE(at + 4);
}

function unmask(payload: Buffer, bytes: Buffer, mask: number): void {
  const [a, b, c, d] = [bytes[mask], bytes[mask + 1], bytes[mask + 2], bytes[mask + 3]] as [
    number,
    number,
    number,
    number,
  ];
  if ((a | b | c | d) === 0) return;
  const { length } = payload;
  const whole = length & ~3;
  for (let i = 0; i < whole; i += 4) {
    payload[i] = (payload[i] as number) ^ a;
    payload[i + 1] = (payload[i + 1] as number) ^ b;
    payload[i + 2] = (payload[i + 2] as number) ^ c;
    payload[i + 3] = (payload[i + 3] as number) ^ d;
  }
  if (whole < length) payload[whole] = (payload[whole] as number) ^ a;
  if (whole + 1 < length) payload[whole + 1] = (payload[whole + 1] as number) ^ b;
  if (whole + 2 < length) payload[whole + 2] = (payload[whole + 2] as number) ^ c;
}

/** One frame with its head, in one piece: written apart, each would cost the kernel and us as much. */
export function frameOf(opcode: number, payload: Uint8Array): Buffer {
  const { length } = payload;
  const head = length < MEDIUM ? 2 : length < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafe(head + length);
  frame[0] = FIN | opcode;
  if (head === 2) frame[1] = length;
  else if (head === 4) {
    frame[1] = MEDIUM;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = LONG;
    frame.writeUInt32BE(0, 2);
    frame.writeUInt32BE(length, 6);
  }
  frame.set(payload, head);
  return frame;
}

/** A close frame; without a status it says nothing of why. */
export function closeFrame(status?: number): Buffer {
  if (status === undefined) return frameOf(OPCODES.close, new Uint8Array(0));
  return frameOf(OPCODES.close, Uint8Array.of(status >> 8, status & 255));
}

/** The status that a peer's close frame is answered by: its own, none for none, and `protocol` for what none says (section 7.4). */
export function closeAnswer(payload: Buffer): number | undefined {
  if (payload.length === 0) return undefined;
  const status = payload.length < 2 ? 0 : payload.readUInt16BE(0);
  const defined = (status >= 1000 && status <= 1014) || (status >= 3000 && status <= 4999);
  return defined && !NEVER_SENT.includes(status) ? status : CLOSE.protocol;
}
