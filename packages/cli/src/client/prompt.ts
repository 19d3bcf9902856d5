/** A line that is being typed at the bottom while others appear above it (node:readline). */
import {
  clearLine,
  clearScreenDown,
  createInterface,
  cursorTo,
  type Interface,
  moveCursor,
} from 'node:readline';
import type { Terminal } from '../terminal.ts';

export class Prompt {
  readonly #terminal: Terminal;
  readonly #readline: Interface;
  readonly #onScreen: boolean;
  #closed = false;

  /** `line` is called for each line typed, `end` once when there will be no more. */
  constructor(terminal: Terminal, line: (line: string) => void, end: () => void) {
    this.#terminal = terminal;
    this.#onScreen = Boolean(terminal.input.isTTY && terminal.output.isTTY);
    this.#readline = createInterface({
      input: terminal.input,
      output: terminal.output,
      terminal: this.#onScreen,
      prompt: this.#onScreen ? '> ' : '',
    });
    this.#readline.on('line', (typed) => {
      if (this.#onScreen) this.#eraseTyped(typed);
      line(typed);
      if (!this.#closed) this.#readline.prompt();
    });
    this.#readline.once('close', () => {
      this.#closed = true;
      end();
    });
    this.#readline.once('SIGINT', () => this.close());
    this.#readline.prompt();
  }

  /** Prints above what is being typed, which stays as it is. */
  print(lines: readonly string[]): void {
    if (this.#onScreen) {
      cursorTo(this.#terminal.output, 0);
      moveCursor(this.#terminal.output, 0, -this.#readline.getCursorPos().rows);
      clearScreenDown(this.#terminal.output);
    }
    for (const line of lines) this.#terminal.output.write(`${line}\n`);
    if (this.#onScreen && !this.#closed) this.#readline.prompt(true);
  }

  close(): void {
    this.#readline.close();
  }

  /** The message appears above as everyone sees it, so the line it was typed on goes. */
  #eraseTyped(typed: string): void {
    const columns = this.#terminal.output.columns ?? 80;
    const rows = Math.floor((typed.length + 2) / columns) + 1;
    moveCursor(this.#terminal.output, 0, -rows);
    cursorTo(this.#terminal.output, 0);
    clearLine(this.#terminal.output, 0);
    clearScreenDown(this.#terminal.output);
  }
}
