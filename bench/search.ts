/**
 * Search over 100,000 messages on one device, sealed at rest: how long the index takes to make, to come into memory,
 * and to answer what is typed letter by letter. Words follow Zipf's law, Russian and English endings among them.
 */
import { SealedStore } from '@polynya/messenger/store/sealed-store';
import { Town } from '@polynya/messenger/test/town';
import { atMost, type Row } from './row.ts';

const MESSAGES = 100_000;
const BATCH = 500;
const WORDS = 20_000;
const ENDINGS = ['а', 'ы', 'ой', 'ами', 'ить', 'ает', 's', 'ing', 'ed', ''];
const TYPED = [
  'привет',
  'бабушкой ключ',
  'meeting',
  'слов',
  'ver',
  'завтра утром',
  'нет такого слова',
];
const ROUNDS = 5;
/** ms */
const BOUND = 50;

/** Numbers between 0 and 1, the same ones each time. */
function* drawn(seed: number): Generator<number, never> {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

function vocabulary(next: () => number): string[] {
  const syllables = 'при вет баб ушк ключ мо ре дом лес ра бот ver meet key go lan wa ter'.split(
    ' ',
  );
  const pick = <T>(from: readonly T[]) => from[Math.floor(next() * from.length)] as T;
  const made = Array.from({ length: WORDS }, () => {
    const stem = Array.from({ length: 1 + Math.floor(next() * 3) }, () => pick(syllables)).join('');
    return stem + pick(ENDINGS);
  });
  return ['привет', 'бабушка', 'ключи', 'meetings', 'слова', 'завтра', 'утром', ...made];
}

export async function search(): Promise<Row[]> {
  const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, [
    'encrypt',
    'decrypt',
  ]);
  const deviceKey = {
    load: async () => key,
    create: async () => key,
    destroy: async () => undefined,
  };
  const town = await Town.found();
  try {
    const anna = await town.person('Anna', {
      wrap: (store) => new SealedStore(store, deviceKey, key),
    });
    const { chat } = await anna.messenger.createGroup('Everybody');
    const { timeline, ports, self, search: later } = anna.device;
    const random = drawn(7);
    const next = () => random.next().value;
    const words = vocabulary(next);
    const said = () =>
      Array.from({ length: 3 + Math.floor(next() * 12) }, () => {
        return words[Math.floor(words.length ** next()) - 1];
      }).join(' ');
    for (let from = 10; from < MESSAGES; from += BATCH) {
      const batch = Array.from({ length: BATCH }, (_, i) => {
        const seq = from + i;
        const content = { kind: 'text' as const, text: said(), reply: null, mentions: [] };
        const id = seq.toString(16).padStart(32, '0');
        const at = 1_700_000_000_000 + seq * 60_000;
        return { chat, seq, id, sender: self.person, mine: true, at, content };
      });
      await timeline.locked(chat, async () => ports.store.apply(await timeline.arrived(batch)));
    }
    const index = await later.get();
    const building = performance.now();
    await index.tend();
    const built = Math.round(performance.now() - building);
    const opening = performance.now();
    await anna.messenger.search({ text: 'привет' });
    const opened = Math.round(performance.now() - opening);
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      for (const typed of TYPED) {
        for (let letters = 1; letters <= typed.length; letters++) {
          const started = performance.now();
          await anna.messenger.search({ text: typed.slice(0, letters) });
          times.push(performance.now() - started);
        }
      }
    }
    times.sort((a, b) => a - b);
    const at = (part: number) =>
      Math.round((times[Math.floor(times.length * part)] ?? 0) * 10) / 10;
    const work = `search of ${MESSAGES} sealed messages`;
    return [
      atMost(`${work}: index made, once, in slices`, built, 'ms', null),
      atMost(`${work}: first answer, index from the store`, opened, 'ms', null),
      atMost(`${work}: answer to each letter typed, median`, at(0.5), 'ms', BOUND),
      atMost(`${work}: the same, 95th percentile`, at(0.95), 'ms', BOUND),
      atMost(`${work}: the same, longest`, at(1 - 1 / times.length), 'ms', null),
    ];
  } finally {
    await town.end();
  }
}
