import { expect, test } from 'vitest';
import { type Get, pageThrough } from './page-through.ts';

const LIVE = 'https://bakery.example/secret';

/** What each bridge answers when it is asked for the release. */
function world(answers: Readonly<Record<string, () => Response>>) {
  const asked: string[] = [];
  const get: Get = async (url) => {
    asked.push(url);
    const answer = answers[url.replace('/release.json', '')];
    if (!answer) throw new TypeError('fetch failed');
    return answer();
  };
  return { asked, get };
}

const release = () => Response.json({ key: 'k', signature: 's', release: '{}' });
const site = () => new Response('<h1>Bakery</h1>', { status: 404 });

test('a bridge that hands out the page is taken, dead ones and mere bridges are not', async () => {
  const { get } = world({ 'https://mere.example/x': site, [LIVE]: release });
  const endpoints = ['https://dead.example/x', 'https://mere.example/x', LIVE];
  expect(await pageThrough(endpoints, get)).toBe(`${LIVE}/`);
});

test('only what a browser can open is asked: no server’s own endpoint, pin or other carrier', async () => {
  const { asked, get } = world({});
  const endpoints = [
    'https://chat.example/s',
    'https://203.0.113.7/x#sha256=abc',
    'webrtc://203.0.113.7:1/x#dtls=abc',
    'dns:t.example#key=abc',
    'drop:https://cloud.example/x#key=abc',
  ];
  expect(await pageThrough(endpoints, get)).toBe(null);
  expect(asked).toEqual([]);
});

test('a site that answers anything with something else has no page', async () => {
  const answers = [() => new Response('hello'), () => Response.json(null), () => Response.json({})];
  for (const answer of answers) {
    expect(await pageThrough([LIVE], world({ [LIVE]: answer }).get)).toBe(null);
  }
});
