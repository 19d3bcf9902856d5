/** What a page has to load of an engine: brotli bytes of all that is loaded at once, minified. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { rolldown } from 'rolldown';
import { coreCryptoWasm } from './peers.ts';
import type { MlsRow } from './row.ts';
import type { SuiteName } from './suites.ts';

const ENTRY = 'what-is-measured.ts';

/** Programs that make, join, change and use a group, in source. Nothing in them is left out as unused. */
const ENTRIES: readonly { engine: MlsRow['engine']; suite: SuiteName; source: string }[] = [
  {
    engine: 'polynya',
    suite: 'X25519-AES128-SHA256',
    source: `
      export { createGroup } from '@polynya/mls/group/create';
      export { joinGroup } from '@polynya/mls/group/join';
      export { makeCommit } from '@polynya/mls/group/make-commit';
      export { processCommit } from '@polynya/mls/group/process-commit';
      export { makeExternalCommit } from '@polynya/mls/group/external-commit';
      export { makeSuccessor, joinSuccessor } from '@polynya/mls/group/successor';
      export { makeGroupInfo } from '@polynya/mls/group/make-welcome';
      export { propose, proposeUpdate, proposeOwnAdd, takeProposal } from '@polynya/mls/group/propose';
      export { openPrivateMessage, openPublicMessage } from '@polynya/mls/group/open-message';
      export { sealApplication } from '@polynya/mls/group/send-message';
      export { makeKeyPackage } from '@polynya/mls/group/own-key-package';
      export { mlsMessage } from '@polynya/mls/framing/mls-message';
      export { mlsExporter } from '@polynya/mls/schedule/key-schedule';
      export { decode, encode } from '@polynya/mls/codec/codec';
      export { loadSuite } from '@polynya/mls/crypto/load-suite';
      export { webPrimitives, systemRandom } from '@polynya/crypto/web-primitives';`,
  },
  {
    // As the page has it: with its store, and this suite alone.
    engine: 'polynya',
    suite: 'XWING-AES128-SHA256',
    source: `export { makeEngine } from '@polynya/mls/engine/polynya-engine';`,
  },
  {
    engine: 'ts-mls',
    suite: 'X25519-AES128-SHA256',
    source: `export { createGroup, joinGroup, createCommit, createApplicationMessage, processMessage,
      generateKeyPackage, encodeMlsMessage, decodeMlsMessage, getCiphersuiteImpl, mlsExporter } from 'ts-mls';
      export { CipherSuite } from '@hpke/core';`,
  },
  {
    engine: 'core-crypto',
    suite: 'X25519-AES128-SHA256',
    source: `export { CoreCrypto, Database, initWasmModule } from '@wireapp/core-crypto/browser';`,
  },
];

export async function bundles(): Promise<MlsRow[]> {
  const rows: MlsRow[] = [];
  for (const { engine, suite, source } of ENTRIES) {
    const parts = [Buffer.from(await bundled(source))];
    if (engine === 'core-crypto') parts.push(readFileSync(coreCryptoWasm));
    const bytes = parts.reduce((sum, part) => sum + brotliCompressSync(part).length, 0);
    rows.push({ engine, suite, n: 0, work: 'bundle', bytes });
  }
  return rows;
}

/** The code of the entry and of what it imports statically. What it may import later is not counted. */
async function bundled(source: string): Promise<string> {
  await using build = await rolldown({
    input: ENTRY,
    platform: 'browser',
    logLevel: 'silent',
    plugins: [
      {
        name: 'entry from memory',
        resolveId: (id) => (id === ENTRY ? join(import.meta.dirname, ENTRY) : null),
        load: (id) => (id.endsWith(`/${ENTRY}`) ? source : null),
      },
    ],
  });
  const { output } = await build.generate({ format: 'es', minify: true });
  const chunks = new Map(
    output.flatMap((one) => (one.type === 'chunk' ? [[one.fileName, one]] : [])),
  );
  const wanted = new Set<string>();
  const want = (name: string): void => {
    if (wanted.has(name)) return;
    wanted.add(name);
    for (const imported of chunks.get(name)?.imports ?? []) want(imported);
  };
  for (const [name, { isEntry }] of chunks) if (isEntry) want(name);
  return [...wanted].map((name) => chunks.get(name)?.code ?? '').join('\n');
}
