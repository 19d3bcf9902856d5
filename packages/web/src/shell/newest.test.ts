/** Which host's word on the newest release counts. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sharedOpenings } from '@polynya/messenger/line/shared-openings';
import { loadReleaseKey, signedRelease } from '@polynya/server/http/release';
import { publicPoint } from '@polynya/server/kept/p256-key';
import { afterAll, expect, test } from 'vitest';
import { newest } from './newest.ts';
import { Turns } from './turns.ts';

const folders: string[] = [];
function newKey() {
  const folder = mkdtempSync(join(tmpdir(), 'polynya-newest-'));
  folders.push(folder);
  return loadReleaseKey(folder);
}
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

const OWN = 'https://chat.example/';
const OTHER = 'https://bridge.example/path/';
const key = newKey();
const release = (serial: number, by = key) => {
  const body = { serial, version: '1', notes: {}, parts: [{ id: 'x', gzip: 1, files: [] }] };
  return String(signedRelease(Buffer.from(JSON.stringify(body)), {}, by));
};

/** Serial and key of the release that is heard of where 5 is known, given what each host serves. */
async function heard(served: Readonly<Record<string, string>>, bases = [OWN, OTHER]) {
  const signed = await newest(
    bases,
    { pinned: publicPoint(key), serial: 5 },
    {
      get: async (url) => {
        const body = served[url.replace('release.json', '')];
        return new Response(body ?? '', { status: body === undefined ? 404 : 200 });
      },
      pause: async () => undefined,
      turns: new Turns(await sharedOpenings(), 4),
    },
  );
  return {
    serial: JSON.parse(signed.release).serial as number,
    own: signed.key === publicPoint(key),
  };
}

test('another host’s newer release counts, also where the page’s own is out of reach', async () => {
  expect(await heard({ [OTHER]: release(6) })).toEqual({ serial: 6, own: true });
});

test('another host neither offers its key nor holds an update up with what is known or past', async () => {
  for (const wrong of [release(9, newKey()), release(5), release(4), '{}', 'no JSON']) {
    expect(await heard({ [OTHER]: wrong, [OWN]: release(6) })).toEqual({ serial: 6, own: true });
    await expect(heard({ [OTHER]: wrong })).rejects.toThrow();
  }
});

test('a release of the page’s own host is told of, whatever it is: it may have a new key', async () => {
  expect(await heard({ [OWN]: release(6, newKey()) })).toEqual({ serial: 6, own: false });
  expect(await heard({ [OWN]: release(5) })).toEqual({ serial: 5, own: true });
});
