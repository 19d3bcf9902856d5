/** One engine, one suite, one size, in a process of its own: `child.ts ENGINE SUITE N` prints a row a line. */
import { environmentOf, OwnEngine } from '@polynya/mls/test/peers/own';
import { course } from './course.ts';
import { ownSubject } from './own.ts';
import { coreCryptoSubject, tsMlsSubject } from './peers.ts';
import type { MlsRow } from './row.ts';
import type { Subject } from './subject.ts';
import { type SuiteName, suiteNamed } from './suites.ts';

const [engine, suite, size] = process.argv.slice(2) as [MlsRow['engine'], SuiteName, string];
const n = Number(size);
const ours = new OwnEngine(environmentOf(await suiteNamed(suite)));
const SUBJECTS: Record<MlsRow['engine'], () => Promise<Subject>> = {
  polynya: () => ownSubject(ours),
  'ts-mls': () => tsMlsSubject(suite),
  'core-crypto': () => coreCryptoSubject(suite),
};
await course(await SUBJECTS[engine](), ours, n, (work, figure) => {
  console.log(JSON.stringify({ engine, suite, n, work, ...figure } satisfies MlsRow));
});
// core-crypto's clean-up holds the process otherwise.
process.exit();
