/** What a page can see of a line, and what is said of it. */
import { diagnose, Notes } from '@polynya/messenger/line/diagnosis';
import { expect, test } from 'vitest';
import { type LookPorts, look } from './look.ts';

const NAME = 'https://chat.example/s';
const ADDRESS = 'https://203.0.113.10/s';
const BODY = 'https://page.example/assets/main.js';

/** `failed`: at once, without saying why; a number: so many bytes, and then nothing. */
type Answer = 'ok' | 'failed' | 'silent' | number;
/** What is said of names that nobody has. */
const NOBODY = 'nobody';

function line(answers: Readonly<Record<string, Answer>>, online = true): LookPorts {
  let now = 0;
  return {
    online,
    patience: 300,
    steady: () => {
      now += 10;
      return now;
    },
    async fetch(url, { signal }) {
      const known = answers[url] ?? (url.endsWith('.example/') ? answers[NOBODY] : undefined);
      const answer = known ?? 'failed';
      if (answer === 'silent')
        return new Promise((_, reject) =>
          signal?.addEventListener('abort', () => reject(signal.reason)),
        );
      if (answer === 'failed') throw new TypeError('Failed to fetch');
      if (answer === 'ok') return new Response(url === BODY ? new Uint8Array(70_000) : null);
      return new Response(
        new ReadableStream({
          start(stream) {
            stream.enqueue(new Uint8Array(answer));
            signal?.addEventListener('abort', () => stream.error(signal.reason));
          },
        }),
      );
    },
  };
}

async function saysOf(answers: Readonly<Record<string, Answer>>, online = true) {
  const seen = await look([NAME, ADDRESS], BODY, new Notes(), line(answers, online));
  return diagnose({ ...seen, reached: true }).diagnosis;
}

test('nothing is said of a line where all goes well', async () => {
  expect(await saysOf({ [NAME]: 'ok', [ADDRESS]: 'ok', [BODY]: 'ok' })).toBe('none');
});

test('a name that fails at once while the address answers is called removed', async () => {
  expect(await saysOf({ [NAME]: 'failed', [ADDRESS]: 'ok', [BODY]: 'failed' })).toBe('dns-removed');
});

test('a name that is silent while the address answers is called filtered, or removed where the resolver is silent on all', async () => {
  const answers = { [NAME]: 'silent', [ADDRESS]: 'ok', [BODY]: 'ok' } as const;
  expect(await saysOf(answers)).toBe('name-filtered');
  const ports = line({ ...answers, [NOBODY]: 'silent' });
  const seen = await look([NAME, ADDRESS], BODY, new Notes(), ports);
  expect(diagnose({ ...seen, reached: true })).toEqual({ diagnosis: 'dns-removed', figure: 300 });
});

test('a server that is silent at its name and its addresses is called blocked where the resolver denies other names, whether or not another way leads to it', async () => {
  const silent = { [NAME]: 'silent', [ADDRESS]: 'silent', [BODY]: 'silent' } as const;
  const seen = await look([NAME, ADDRESS], BODY, new Notes(), line(silent));
  for (const reached of [true, false]) {
    expect(diagnose({ ...seen, reached }).diagnosis).toBe('address-blocked');
  }
  const all = await look(
    [NAME, ADDRESS],
    BODY,
    new Notes(),
    line({ ...silent, [NOBODY]: 'silent' }),
  );
  expect(diagnose({ ...all, reached: false }).diagnosis).toBe('lan-only');
});

test('a name that fails at once as its addresses do is not called removed', async () => {
  const seen = await look([NAME, ADDRESS], BODY, new Notes(), line({}));
  expect(diagnose({ ...seen, reached: false }).diagnosis).toBe('address-blocked');
});

test('a device without a network is offline, whatever is tried', async () => {
  expect(await saysOf({}, false)).toBe('offline');
});

test('a body that stops on the way is called frozen, after the bytes that came', async () => {
  const ports = line({ [NAME]: 'ok', [ADDRESS]: 'ok', [BODY]: 14_000 });
  const seen = await look([NAME, ADDRESS], BODY, new Notes(), ports);
  expect(diagnose({ ...seen, reached: true })).toEqual({ diagnosis: 'frozen', figure: 14_000 });
});

test('addresses are looked at before names, each noted', async () => {
  const notes = new Notes();
  await look([NAME, 'webrtc:203.0.113.9', ADDRESS], BODY, notes, line({ [ADDRESS]: 'ok' }));
  expect(notes.all.map(({ host, outcome }) => [host, outcome])).toEqual([
    ['203.0.113.10', 'ok'],
    ['chat.example', 'failed'],
  ]);
});
