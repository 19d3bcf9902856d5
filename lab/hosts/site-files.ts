/** The web site that bridges, the hidden server and the decoy all show: that of vectors/web-site.json, with what nginx answers. */
import { mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** One request and what nginx said to it, in which `NOW` stands for a date and `PORT` for its port. */
export interface Exchange {
  readonly what: string;
  readonly sent: Buffer;
  readonly answer: string;
}

interface Vectors {
  readonly modified: number;
  readonly folders: readonly string[];
  readonly files: Readonly<Record<string, string>>;
  readonly exchanges: readonly {
    readonly what: string;
    readonly sent: readonly (string | readonly [string, number])[];
    readonly answer: string;
  }[];
}

const PATH = join(import.meta.dirname, '..', '..', 'vectors', 'web-site.json');

function vectors(): Vectors {
  return JSON.parse(readFileSync(PATH, 'utf8')) as Vectors;
}

/** Writes the files into a folder, which is made. */
export function writeSite(folder: string): void {
  const { files, folders, modified } = vectors();
  for (const name of folders) mkdirSync(join(folder, name), { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text, 'latin1');
    utimesSync(path, modified, modified);
  }
}

/** What a prober sends that knows how servers differ. */
export function recordedExchanges(): Exchange[] {
  return vectors().exchanges.map(({ what, sent, answer }) => {
    const parts = sent.map((part) => (typeof part === 'string' ? part : part[0].repeat(part[1])));
    return { what, sent: Buffer.from(parts.join(''), 'latin1'), answer };
  });
}
