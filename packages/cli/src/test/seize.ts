/** What somebody finds who takes a server's disk and logs away and looks for what they know. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Everything in a folder that has bytes, by its path. */
export function seized(folder: string): Map<string, Buffer> {
  const found = new Map<string, Buffer>();
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const path = join(folder, name);
    if (statSync(path).isFile()) found.set(name, readFileSync(path));
  }
  return found;
}

/** `file: needle (as form)` for each needle that is in a file, or a half of one that is long enough. */
export function grep(
  files: ReadonlyMap<string, Buffer>,
  needles: ReadonlyMap<string, Buffer>,
): string[] {
  const forms = [...needles].flatMap(([what, needle]) =>
    piecesOf(needle)
      .flatMap(formsOf)
      .map(({ form, bytes }) => ({ what, form, bytes })),
  );
  return [...files].flatMap(([file, content]) =>
    forms
      .filter(({ bytes }) => content.includes(bytes))
      .map(({ what, form }) => `${file}: ${what} (${form})`),
  );
}

/** A database may cut a value in two where a page ends; a half is found then. */
function piecesOf(needle: Buffer): Buffer[] {
  const middle = Math.floor(needle.length / 2);
  return middle < 12 ? [needle] : [needle.subarray(0, middle), needle.subarray(middle)];
}

function formsOf(needle: Buffer): { form: string; bytes: Buffer }[] {
  const text = needle.toString('utf8');
  return [
    { form: 'bytes', bytes: needle },
    { form: 'UTF-16', bytes: Buffer.from(text, 'utf16le') },
    { form: 'hex', bytes: Buffer.from(needle.toString('hex')) },
    { form: 'HEX', bytes: Buffer.from(needle.toString('hex').toUpperCase()) },
    { form: 'JSON', bytes: Buffer.from(JSON.stringify(text).slice(1, -1)) },
    { form: 'URL', bytes: Buffer.from(encodeURIComponent(text)) },
    ...[0, 1, 2].flatMap((before) => [
      { form: 'base64', bytes: base64At(needle, before, 'base64') },
      { form: 'base64url', bytes: base64At(needle, before, 'base64url') },
    ]),
  ];
}

/** The letters that are the same whatever stands before and after, `before` bytes into a group of three. */
function base64At(needle: Buffer, before: number, form: 'base64' | 'base64url'): Buffer {
  const text = Buffer.concat([Buffer.alloc(before), needle])
    .toString(form)
    .replaceAll('=', '');
  const whole = Math.floor(((before + needle.length) * 8) / 6);
  return Buffer.from(text.slice(Math.ceil((before * 8) / 6), whole));
}
