/** One engine, one suite, one size, in a process of its own: `child.ts ENGINE SUITE N` prints a row a line. */
import { course } from './course.ts';
import { ownSubject } from './own.ts';
import { coreCryptoSubject, tsMlsSubject } from './peers.ts';
import type { MlsRow } from './row.ts';
import type { Subject, SuiteName } from './subject.ts';

const SUBJECTS: Record<MlsRow['engine'], (suite: SuiteName) => Promise<Subject>> = {
  polynya: ownSubject,
  'ts-mls': tsMlsSubject,
  'core-crypto': coreCryptoSubject,
};

const [engine, suite, size] = process.argv.slice(2) as [MlsRow['engine'], SuiteName, string];
const n = Number(size);
const subject = await SUBJECTS[engine](suite);
await course(subject, n, (work, figure) => {
  console.log(JSON.stringify({ engine, suite, n, work, ...figure } satisfies MlsRow));
});
// core-crypto's clean-up holds the process otherwise.
process.exit();
