/** What a page can see of a line, and what is said of it. */
import { diagnose, Notes } from '@polynya/messenger/line/diagnosis';
import { expect, test } from 'vitest';
import { type LookPorts, look } from './look.ts';

const NAME = 'https://chat.example/s';
const ADDRESS = 'https://203.0.113.10/s';
const BODY = 'https://page.example/assets/main.js';

/** `failed`: at once, without saying why; a number: so many bytes, and then nothing. */
type Answer = 'ok' | 'failed' | number;

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
      const answer = answers[url] ?? 'failed';
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
