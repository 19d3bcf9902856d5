/** This project's server: SQLite, an fsync before every acknowledgement, every envelope sealed. */
import { once } from 'node:events';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { bundleProgram } from '../../../scripts/bundle-program.ts';
import { PolynyaDialect } from '../dialects/polynya.ts';
import { freePort, launch, running } from './process.ts';
import type { Running, System } from './system.ts';

const kept = join(import.meta.dirname, '..', '..', '..', '.cache');
/** As every command of this repository starts its programs. */
const COMPILED = join(kept, 'node');
const PROGRAM = join(kept, 'bench', 'program');

const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'));

export const polynya: System = {
  name: 'Polynya',
  keeps: true,
  prepare: async (folder) => {
    await bundleProgram(join(import.meta.dirname, 'polynya-server.ts'), PROGRAM);
    // Its keys and its database are made as ejabberd's is: once, before what is measured.
    await (await start(folder)).stop();
  },
  start: async (prepared, folder) => {
    await cp(join(prepared, 'data'), join(folder, 'data'), { recursive: true });
    return start(folder);
  },
};

async function start(folder: string): Promise<Running> {
  const port = await freePort();
  const script = join(PROGRAM, 'polynya-server.cjs');
  const options = (process.env.POLYNYA_BENCH_NODE ?? '').split(' ').filter(Boolean);
  const command = [process.execPath, ...options, script, join(folder, 'data'), `${port}`];
  const launched = launch(command, folder, { NODE_COMPILE_CACHE: COMPILED }, 'pipe');
  const { child } = launched;
  if (!child.stdout) throw new Error('no output');
  const [line] = await Promise.race([
    once(createInterface({ input: child.stdout }), 'line'),
    once(child, 'exit').then(() => Promise.reject(new Error('our server did not start'))),
  ]);
  const { identity, invite } = JSON.parse(String(line));
  return running(launched, () => new PolynyaDialect(port, bytes(identity), bytes(invite)));
}
