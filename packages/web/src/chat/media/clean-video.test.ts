import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanVideo } from './clean-video.ts';

const text = (said: string) => Buffer.from(said, 'latin1');
const cleaned = async (bytes: Uint8Array, type = 'video/x') => {
  const clean = await cleanVideo(new File([bytes.slice()], 'film', { type }));
  return clean && Buffer.from(await clean.arrayBuffer());
};

/** An element of EBML; `length` -1: it does not say how long it is. */
function element(id: number, ...body: Uint8Array[]): Buffer {
  const name = Buffer.from(id.toString(16), 'hex');
  const size = Buffer.alloc(8);
  size.writeBigUInt64BE(2n ** 56n + BigInt(Buffer.concat(body).length));
  return Buffer.concat([name, size, ...body]);
}
const open = (id: number, ...body: Uint8Array[]) =>
  Buffer.concat([Buffer.from(`${id.toString(16)}01ffffffffffffff`, 'hex'), ...body]);
const track = (number: number, type: number, ...more: Uint8Array[]) =>
  element(0xae, element(0xd7, Buffer.of(number)), element(0x83, Buffer.of(type)), ...more);
const block = (number: number, said: string) =>
  element(0xa3, Buffer.of(0x80 + number, 0, 0, 0x80), text(said));
const group = (number: number, said: string) =>
  element(0xa0, element(0xa1, Buffer.of(0x80 + number, 0, 0, 0), text(said)));

const beforeClusters = [
  element(0x114d9b74, text('seekhead')),
  element(
    0x1549a966,
    element(0x2ad7b1, text('scale')),
    element(0x4461, text('20260211')),
    element(0x7ba9, text('At home')),
    element(0x4d80, text('Phone 7')),
    element(0x5741, text('Editor 9')),
  ),
  element(
    0x1654ae6b,
    track(1, 1, element(0x536e, text('My camera')), element(0x86, text('V_VP9'))),
    track(2, 17, element(0x86, text('S_TEXT'))),
  ),
];
const frames = [
  block(1, 'frame one'),
  block(2, '55.7522 N'),
  group(2, '37.6156 E'),
  group(1, 'two'),
];
const behind = [
  element(0x1254c367, text('LOCATION +55.7522')),
  element(0x1941a469, text('attached 55.7522')),
  element(0xec, text('left over 55.7522')),
];
const header = element(0x1a45dfa3, text('webm'));
const cluster = [element(0xe7, Buffer.of(0)), ...frames];
const told = ['20260211', 'At home', 'Phone', 'Editor', 'My camera', 'S_TEXT', '55.75', '37.61'];
const kept = ['webm', 'seekhead', 'scale', 'V_VP9', 'frame one', 'two'];

describe('WebM and Matroska', () => {
  const closed = Buffer.concat([
    header,
    element(0x18538067, ...beforeClusters, element(0x1f43b675, ...cluster), ...behind),
  ]);
  const live = Buffer.concat([
    header,
    open(0x18538067, ...beforeClusters, open(0x1f43b675, ...cluster), ...behind),
  ]);

  it.each([
    ['with lengths', closed],
    ['as a browser records them', live],
  ])('lose what was noted, %s, and nothing else moves', async (_, film) => {
    const clean = await cleaned(film);
    if (!clean) throw new Error('refused');
    const said = clean.toString('latin1');
    for (const gone of told) expect(said).not.toContain(gone);
    expect(clean).toHaveLength(film.length);
    for (const one of kept) expect(clean.indexOf(one)).toBe(film.indexOf(one));
  });

  it('keep an element empty of any length where something was', async () => {
    for (const length of [0, 1, 100, 116, 117, 118, 119, 120, 300]) {
      const film = Buffer.concat([header, element(0x1254c367, Buffer.alloc(length, 'x')), header]);
      const clean = await cleaned(film);
      // What is empty is read over again, to the end.
      expect(await cleaned(clean as Buffer)).toEqual(clean);
      expect(clean?.includes('xx')).toBe(false);
      expect(clean?.subarray(-header.length)).toEqual(header);
    }
  });

  it('that are cut off inside an element are refused', async () => {
    expect(await cleaned(live.subarray(0, live.length - 1))).toBeNull();
    expect(await cleaned(closed.subarray(0, closed.length - 1))).toBeNull();
  });
});

function chunk(name: string, ...body: Uint8Array[]): Buffer {
  const size = Buffer.alloc(4);
  const whole = Buffer.concat(body);
  size.writeUInt32LE(whole.length);
  return Buffer.concat([text(name), size, whole, Buffer.alloc(whole.length & 1)]);
}
const list = (kind: string, ...body: Uint8Array[]) => chunk('LIST', text(kind), ...body);
const riff = (...body: Uint8Array[]) => chunk('RIFF', text('AVI '), ...body);

describe('AVI', () => {
  const stream = (kind: string) =>
    list(
      'strl',
      chunk('strh', text(kind)),
      chunk('strd', text('maker 55.75')),
      chunk('strf', text('f')),
    );
  const film = riff(
    list(
      'hdrl',
      chunk('avih', text('main')),
      stream('vidsMJPG'),
      chunk('IDIT', text('FEB 11 2026')),
    ),
    list('INFO', chunk('INAM', text('At home')), chunk('ISFT', text('Phone 7'))),
    chunk('JUNK', text('left over 55.75')),
    list(
      'movi',
      chunk('00dc', text('frame')),
      chunk('01wb', text('sound')),
      chunk('02tx', text('55.75 N')),
    ),
    chunk('_PMX', text('<xmp 55.75>')),
    chunk('idx1', text('index')),
  );

  it('loses what was noted, and nothing else moves', async () => {
    const clean = await cleaned(film);
    if (!clean) throw new Error('refused');
    const said = clean.toString('latin1');
    for (const gone of ['55.75', 'FEB', 'At home', 'Phone', 'INFO', 'IDIT', 'xmp']) {
      expect(said).not.toContain(gone);
    }
    expect(clean).toHaveLength(film.length);
    for (const one of ['main', 'MJPG', 'frame', 'sound', 'idx1', 'index']) {
      expect(clean.indexOf(one)).toBe(film.indexOf(one));
    }
  });

  it('whose pictures themselves say when they were taken is refused', async () => {
    expect(await cleaned(riff(list('hdrl', stream('iavsdvsd'))))).toBeNull();
    expect(await cleaned(riff(list('hdrl', stream('vidsdvsd'))))).toBeNull();
  });

  it('that is cut off, or lists lists without end, is refused', async () => {
    expect(await cleaned(film.subarray(0, film.length - 3))).toBeNull();
    const deep = Array.from({ length: 200 }).reduce<Buffer>(
      (inner) => list('rec ', inner),
      text(''),
    );
    expect(await cleaned(riff(deep))).toBeNull();
  });
});

it('whatever the bytes are behind a beginning that is known, they keep their length or are refused', async () => {
  const beginnings = [header, text('RIFF\0\0\0\0AVI '), open(0x18538067), text('\0\0\0\0moov')];
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...beginnings),
      fc.uint8Array({ maxLength: 200 }),
      async (beginning, rest) => {
        const film = Buffer.concat([beginning, rest]);
        const clean = await cleaned(film);
        if (clean) expect(clean).toHaveLength(film.length);
      },
    ),
  );
});

it('a damaged film loses what was noted all the same, or is refused', async () => {
  const film = Buffer.concat([header, open(0x18538067, ...beforeClusters, ...behind)]);
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: film.length - 1 }), fc.nat({ max: 255 }), async (at, byte) => {
      const damaged = Buffer.from(film);
      damaged[at] = byte;
      const clean = await cleaned(damaged);
      if (clean) expect(clean).toHaveLength(film.length);
    }),
  );
});

it('a kind of video that nobody knows to clean is refused, and so are phones’ pictures without a kind', async () => {
  expect(await cleaned(text('OggS and so on'), 'video/ogg')).toBeNull();
  expect(await cleaned(text('\0\0\0\x18ftypheic and so on'), '')).toBeNull();
});

it('all else stays as it is: sound with its titles, and what is of no kind', async () => {
  const song = new File([text('\0\0\0\x18ftypM4A ')], 'song.m4a', { type: 'audio/mp4' });
  expect(await cleanVideo(song)).toBe(song);
  const notes = new File(['notes'], 'notes');
  expect(await cleanVideo(notes)).toBe(notes);
});
