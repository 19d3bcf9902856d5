/** One line that the user types, where a command asks. */
import { createInterface } from 'node:readline';
import type { Terminal } from '../terminal.ts';

/** '' when there is none: the input or the program ends. */
export function askLine({ input, ended }: Terminal): Promise<string> {
  return new Promise((resolve) => {
    const lines = createInterface({ input });
    const end = () => lines.close();
    lines.once('line', (typed) => {
      resolve(typed.trim());
      lines.close();
    });
    lines.once('close', () => resolve(''));
    ended.addEventListener('abort', end, { once: true });
  });
}
