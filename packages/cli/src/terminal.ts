/** Where a command reads and writes: the edge at which tests and bots put their own. */
import type { Readable, Writable } from 'node:stream';

export interface Terminal {
  readonly input: Readable & { readonly isTTY?: boolean };
  /** What was asked for. */
  readonly output: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  /** Everything else: progress, notes, sentences of failure. */
  readonly notes: Writable & { readonly isTTY?: boolean };
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted when whoever sits here wants an end: Ctrl-C, SIGTERM. */
  readonly ended: AbortSignal;
}

export function print(terminal: Terminal, ...lines: readonly string[]): void {
  for (const line of lines) terminal.output.write(`${line}\n`);
}

export function note(terminal: Terminal, ...lines: readonly string[]): void {
  for (const line of lines) terminal.notes.write(`${line}\n`);
}

/** Resolves when the terminal's user wants an end. */
export function endOf(terminal: Terminal): Promise<void> {
  return new Promise((resolve) => {
    if (terminal.ended.aborted) resolve();
    else terminal.ended.addEventListener('abort', () => resolve(), { once: true });
  });
}
