/** This program's version, as package.json has it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './root.ts';

export function version(): string {
  const file = join(root, 'packages', 'cli', 'package.json');
  const parsed: unknown = JSON.parse(readFileSync(file, 'utf8'));
  const found = typeof parsed === 'object' && parsed && 'version' in parsed ? parsed.version : '';
  return String(found);
}
