#!/usr/bin/env node
/** `polynya` under any Node from 20: the repository's one door finds the Node that the project pins. */
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
process.argv.splice(2, 0, 'cli');
await import(pathToFileURL(join(root, 'scripts', 'bootstrap.mjs')).href);
