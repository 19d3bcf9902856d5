/** How far a file has come: one line on stderr that is written over; nothing where that is no terminal. */
import type { MessageView } from '@polynya/messenger/api';
import { size } from '../render/units.ts';
import type { Terminal } from '../terminal.ts';

export class Progress {
  readonly #terminal: Terminal;
  #shown = false;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  show(message: MessageView | undefined): void {
    const file = message?.file;
    if (file?.state !== 'moving' || !this.#terminal.notes.isTTY) return;
    this.#shown = true;
    const percent = file.size > 0 ? Math.floor((100 * file.done) / file.size) : 100;
    this.#terminal.notes.write(`\r${percent} % of ${size(file.size)}\u001b[K`);
  }

  end(): void {
    if (this.#shown) this.#terminal.notes.write('\n');
  }
}
