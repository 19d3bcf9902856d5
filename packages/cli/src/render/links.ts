/** An invite's links on a terminal: the one by the server's own page, and the one for people whom that does not let in. */
import { note, print, type Terminal } from '../terminal.ts';
import { qrLines } from './qr.ts';

/** The first link alone is what was asked for; on a terminal each has its QR code. @param through null: there is none */
export function showLinks(terminal: Terminal, link: string, through: string | null): void {
  const { isTTY } = terminal.output;
  print(terminal, link);
  if (isTTY) print(terminal, ...qrLines(link));
  if (through === null) return;
  note(
    terminal,
    `Where ${new URL(link).host} does not open, give this link instead: it is the same invite, and its page comes through a bridge.`,
    ...(isTTY ? [] : [through]),
  );
  if (isTTY) print(terminal, through, ...qrLines(through));
}
