/** A disk that starts to fail under a running server: its syncs return EIO from some moment on. */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { databasePath } from './kept/server-state.ts';
import { entry } from './test/ids.ts';
import { connectTo, endProcess, newLogOn, startProcess } from './test/server-process.ts';
import { Lost } from './test/wire-client.ts';

/** Each thread is counted by itself: of Node's four that sync in turns, the first that has done so often fails. */
const FAILING = ['-e', 'trace=fsync,fdatasync', '-e', 'inject=fsync,fdatasync:error=EIO:when=60+'];
const strace = ['strace', '-f', '-qq', '-o', '/dev/null', ...FAILING];
const traced = spawnSync('strace', [...strace.slice(1), 'true']).status === 0;
const title = traced ? '' : ' (skipped: strace is not installed or may not trace here)';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'polynya-failing-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe.skipIf(!traced)(`a failing disk${title}`, () => {
  test('ends the server with one sentence and exit code 1, and what was acknowledged is there after', async () => {
    const server = await startProcess(join(folder, 'data'), 'FULL', strace);
    const ended = once(server.child, 'exit');
    let said = '';
    server.child.stdout?.on('data', (text) => {
      said += text;
    });
    const client = await connectTo(server);
    const { capability, log } = await newLogOn(client, server);
    let refusal: unknown;
    let acknowledged = 0;
    while (refusal === undefined && acknowledged < 400) {
      await client.ask('append', { n: 1, entries: [entry()] }).then(
        () => acknowledged++,
        (error: unknown) => {
          refusal = error;
        },
      );
    }
    expect(acknowledged).toBeGreaterThan(5);
    // The client asks again in either case: it is told to wait, or its line ends.
    if (!(refusal instanceof Lost))
      expect(refusal).toMatchObject({ code: 'busy', retriable: true });
    expect((await ended)[0]).toBe(1);
    expect(said).toMatch(/^The database \S+ cannot be used \(EIO: i\/o error, fdatasync\)\.\n$/);
    // What such a disk holds is not copied into the database: the next start goes by the checksums of the log.
    expect(statSync(`${databasePath(join(folder, 'data'))}-wal`).size).toBeGreaterThan(0);

    const after = await startProcess(join(folder, 'data'));
    const again = await connectTo(after);
    const { head } = await again.ask('open', { n: 1, log, secret: capability });
    expect(head).toBeGreaterThanOrEqual(acknowledged);
    again.close();
    await endProcess(after, 'SIGTERM');
  });
});
