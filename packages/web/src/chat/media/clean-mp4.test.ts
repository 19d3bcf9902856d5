import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanMp4 } from './clean-mp4.ts';

const text = (said: string) => Buffer.from(said, 'latin1');
function box(type: string, ...body: Uint8Array[]): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32BE(8 + body.reduce((sum, { length }) => sum + length, 0));
  return Buffer.concat([size, text(type), ...body]);
}
/** A header of a movie, a track or its media, that was made in a second and changed in another. */
const dated = (type: string, version: 0 | 1) =>
  box(
    type,
    new Uint8Array([version, 0, 0, 7]),
    new Uint8Array(version ? 16 : 8).fill(0xaa),
    text('rest'),
  );

const place = box('\xa9xyz', text('\0\x12\x15\xc7+55.7522+037.6156/'));
const pixels = text('pixels'.repeat(50));
const film = Buffer.concat([
  box('ftyp', text('isom')),
  box('mdat', pixels),
  box(
    'moov',
    dated('mvhd', 0),
    box(
      'trak',
      dated('tkhd', 1),
      box('mdia', dated('mdhd', 0), box('minf', text('offsets'))),
      box('udta', text('name')),
    ),
    box('udta', place),
    box('meta', text('\0\0\0\0com.apple.quicktime.location.ISO6709 +55.7522')),
  ),
  box('uuid', text('<x:xmpmeta>37,36.9E</x:xmpmeta>')),
]);
const beside = Buffer.concat([box('free', place), box('sefd', place)]);
const asFile = (bytes: Uint8Array) => new File([bytes.slice()], 'film.mp4', { type: 'video/mp4' });
const cleaned = async (bytes: Uint8Array) => {
  const clean = await cleanMp4(asFile(bytes));
  return clean && Buffer.from(await clean.arrayBuffer());
};

describe('an MP4', () => {
  it('loses place, names and dates, and keeps its length, its frames and where they lie', async () => {
    const clean = await cleaned(film);
    if (!clean) throw new Error('refused');
    const said = clean.toString('latin1');
    for (const gone of ['xyz', '55.75', 'quicktime', 'xmpmeta', 'name', '\xaa']) {
      expect(said).not.toContain(gone);
    }
    expect(clean).toHaveLength(film.length);
    expect(clean.indexOf('pixels')).toBe(film.indexOf('pixels'));
    for (const kept of ['ftypisom', 'mdatpixels', 'minfoffsets', 'rest'])
      expect(said).toContain(kept);
    expect(said.split('free')).toHaveLength(5);
  });

  it('loses what tracks say besides pictures and sound, where that lies among them', async () => {
    const numbers = (...all: number[]) =>
      Buffer.concat(all.map((one) => Buffer.from(one.toString(16).padStart(8, '0'), 'hex')));
    const frame = text('frame');
    const places = ['55.7522 N', '37.6156 E', '156 m'].map(text);
    const [north = frame, east = frame, high = frame] = places;
    const media = box('mdat', frame, north, east, frame, high);
    const track = (handler: string, sizes: number[], runs: number[], chunks: number[]) => {
      const tables = [
        box('stsz', numbers(0, 0, sizes.length, ...sizes)),
        box('stsc', numbers(0, runs.length / 3, ...runs)),
        box('stco', numbers(0, chunks.length, ...chunks)),
      ];
      const head = box('hdlr', numbers(0, 0), text(handler), numbers(0));
      return box('trak', box('mdia', head, box('minf', box('stbl', ...tables))));
    };
    const sizes = places.map(({ length }) => length);
    const gone = track('meta', sizes, [1, 2, 1, 2, 1, 1], [13, 36]);
    const kept = track('vide', [5, 5], [1, 1, 1], [8, 31]);
    const clean = await cleaned(Buffer.concat([media, box('moov', kept, gone)]));
    const empty = (bytes: Buffer) => Buffer.alloc(bytes.length);
    expect(clean?.subarray(0, media.length)).toEqual(
      box('mdat', frame, empty(north), empty(east), frame, empty(high)),
    );
    expect(clean?.includes(kept)).toBe(true);
    expect(clean?.includes('meta')).toBe(false);
    const lies = track('meta', sizes, [1, 2, 1, 2, 1, 1], [13, 9_999]);
    expect(await cleaned(Buffer.concat([media, box('moov', lies)]))).toBeNull();
    expect(await cleaned(box('moov', track('meta', [], [], [13])))).toBeNull();
  });

  it('loses what lies beside it in boxes that only its camera knows, and in free space', async () => {
    const clean = await cleaned(Buffer.concat([film, beside]));
    expect(clean).toHaveLength(film.length + beside.length);
    expect(clean?.toString('latin1')).not.toContain('55.75');
  });

  it('may end in a box without a length, and have one of 64 bits', async () => {
    const long = Buffer.concat([text('\0\0\0\x01mdat'), Buffer.alloc(8), pixels]);
    long.writeBigUInt64BE(BigInt(long.length), 8);
    const open = box('udta', place);
    open.writeUInt32BE(0);
    const clean = await cleaned(Buffer.concat([long, open]));
    expect(clean?.subarray(0, long.length)).toEqual(long);
    expect(clean?.toString('latin1')).not.toContain('xyz');
  });

  it('whose boxes lie in boxes without end is refused', async () => {
    const bytes = Buffer.alloc(400_000);
    for (let at = 0; at < bytes.length; at += 8) {
      bytes.writeUInt32BE(bytes.length - at, at);
      bytes.write('moov', at + 4, 'latin1');
    }
    expect(await cleaned(bytes)).toBeNull();
  });

  it('that is cut off anywhere inside a box is refused', async () => {
    for (let length = 1; length < film.length; length++) {
      const clean = await cleaned(film.subarray(0, length));
      if (clean) expect(clean).toHaveLength(length);
    }
    expect(await cleaned(film.subarray(0, film.length - 1))).toBeNull();
  });
});

it('whatever the bytes are, they keep their length or are refused', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
      const clean = await cleaned(bytes);
      if (clean) expect(clean).toHaveLength(bytes.length);
    }),
  );
});
