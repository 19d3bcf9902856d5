/** A disk that really is full: a server on a small file system of its own, in a mount namespace of its own. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { entry, hashOf, id, secret } from './test/ids.ts';
import { connectTo, endProcess, newLogOn, startProcess } from './test/server-process.ts';

const mounts = spawnSync('unshare', ['-Urm', 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0;
const title = mounts ? '' : ' (skipped: this system gives no mount namespace)';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'polynya-full-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** The server's folder is 3 MB large; `filler` takes 1 MB of it until it is removed. */
function onSmallDisk(): string[] {
  const prepare = `mount -t tmpfs -o size=3m none '${folder}'; head -c 1m /dev/zero > '${folder}/filler'`;
  return ['unshare', '-Urm', 'sh', '-c', `${prepare}; exec "$@"`, 'sh'];
}

describe.skipIf(!mounts)(`a full disk${title}`, () => {
  test('refuses what does not fit, keeps and shows the rest, and takes more when space returns', async () => {
    const server = await startProcess(join(folder, 'data'), 'FULL', onSmallDisk());
    const client = await connectTo(server);
    const { capability, log } = await newLogOn(client, server);
    let refusal: unknown;
    let appended = 0;
    while (refusal === undefined) {
      await client.ask('append', { n: 1, entries: [entry(0, 'x'.repeat(30_000))] }).then(
        () => appended++,
        (error: unknown) => {
          refusal = error;
        },
      );
    }
    expect(refusal).toBeInstanceOf(ProtocolError);
    expect(refusal).toMatchObject({ code: 'full', retriable: true });
    expect(appended).toBeGreaterThan(5);

    // Nothing of what was refused is there, and reading, watching and signalling go on.
    expect(await client.ask('watch', { n: 1 })).toMatchObject({ head: appended });
    await client.ask('signal', { n: 1, body: secret() });
    const { entries } = await client.ask('read', { n: 1, from: 1, bytes: 100_000 });
    expect(entries[0]?.seq).toBe(1);
    const turn = { closes: false, next: hashOf(secret()) };
    const big = { ...entry(0, 'x'.repeat(60_000)), id: id() };
    await expect(client.ask('commit', { n: 1, entry: big, turn })).rejects.toMatchObject({
      code: 'full',
    });
    expect(await client.ask('watch', { n: 1 })).toMatchObject({ head: appended, epoch: 0 });

    rmSync(`/proc/${server.pid}/root${folder}/filler`);
    expect(await client.ask('append', { n: 1, entries: [entry(0, 'after')] })).toEqual({
      seqs: [appended + 1],
    });
    client.close();
    const later = await connectTo(server);
    const state = await later.ask('open', { n: 1, log, secret: capability });
    expect(state).toMatchObject({ head: appended + 1, first: 1 });
    later.close();
    await endProcess(server, 'SIGTERM');
  });
});
