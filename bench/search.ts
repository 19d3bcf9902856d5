/**
 * Search over 100,000 messages on one device, sealed at rest: how long the index takes to make, to come into memory,
 * and to answer what is typed letter by letter.
 */
import { SealedStore } from '@polynya/messenger/store/sealed-store';
import { Town } from '@polynya/messenger/test/town';
import { atMost, type Row } from './row.ts';
import { TYPED, texts } from './texts.ts';

const MESSAGES = 100_000;
const BATCH = 500;
const ROUNDS = 5;
/** ms */
const BOUND = 50;

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
    const said = texts(7);
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
