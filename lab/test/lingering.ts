/** Program for tests: starts itself inside, and inside starts something that would go on for long. */
import { spawn } from 'node:child_process';
import { assertInside, enter } from '../network/enter.ts';

const [mark = '', where] = process.argv.slice(2);
if (where === 'inside') {
  assertInside();
  const idle = `setTimeout(() => {}, 600_000) // ${mark}`;
  spawn(process.execPath, ['-e', idle], { stdio: 'ignore' }).on('spawn', () =>
    console.log('ready'),
  );
} else enter(import.meta.filename, [mark, 'inside']).stdout?.pipe(process.stdout);
