/** How loud a voice note is, from its beginning to its end: few enough bytes to travel inside the message. */

/** As docs/protocol.md section 8 has it: so many values of so many bits. */
const BARS = 48;
const BITS = 5;
const MOST = 2 ** BITS - 1;

/** ms between two measurements of how loud it is. */
export const MEASURED = 50;
/** Of a second; enough to hear how loud it is. */
const SAMPLES = 8000;

/** Loudness measured again and again, in any unit, as 30 bytes; of each span the loudest moment counts. */
export function packWave(levels: readonly number[]): Uint8Array {
  const bytes = new Uint8Array((BARS * BITS) / 8);
  const top = Math.max(...spans(levels), Number.MIN_VALUE);
  spans(levels).forEach((level, bar) => {
    const value = Math.round((MOST * level) / top);
    for (let bit = 0; bit < BITS; bit++) {
      const at = bar * BITS + bit;
      if ((value >> (BITS - 1 - bit)) & 1)
        bytes[at >> 3] = (bytes[at >> 3] ?? 0) | (128 >> (at & 7));
    }
  });
  return bytes;
}

/** Of a recording whose page is gone. `duration`: ms. @throws DOMException: it cannot be decoded */
export async function measured(file: Blob): Promise<{ duration: number; wave: Uint8Array }> {
  const context = new OfflineAudioContext(1, 1, SAMPLES);
  const sound = await context.decodeAudioData(await file.arrayBuffer());
  const samples = sound.getChannelData(0);
  const span = (SAMPLES * MEASURED) / 1000;
  const levels: number[] = [];
  for (let at = 0; at < samples.length; at += span) {
    levels.push(Math.max(...samples.subarray(at, at + span)));
  }
  return { duration: Math.round(sound.duration * 1000), wave: packWave(levels) };
}

/** 48 values from 0 to 1; of a note that came without, all 0. */
export function unpackWave(bytes: Uint8Array | null): number[] {
  return Array.from({ length: BARS }, (_, bar) => {
    let value = 0;
    for (let at = bar * BITS; at < (bar + 1) * BITS; at++) {
      value = 2 * value + (((bytes?.[at >> 3] ?? 0) >> (7 - (at & 7))) & 1);
    }
    return value / MOST;
  });
}

function spans(levels: readonly number[]): number[] {
  return Array.from({ length: BARS }, (_, bar) => {
    const from = Math.floor((bar * levels.length) / BARS);
    const to = Math.max(from + 1, Math.floor(((bar + 1) * levels.length) / BARS));
    return Math.max(0, ...levels.slice(from, to));
  });
}
