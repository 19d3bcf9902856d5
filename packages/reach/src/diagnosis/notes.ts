/** What was looked at on a line, when, and how it went: kept for whoever wants to hand a measurement on. */
import type { Step } from './diagnose.ts';

export type StepKind = 'dns' | 'tcp' | 'tls' | 'udp';

export interface Note {
  readonly kind: StepKind;
  readonly host: string;
  readonly port: number;
  /** In seconds since the notes were begun. */
  readonly began: number;
  readonly ended: number;
  readonly outcome: Step;
}

export class Notes {
  /** When they were begun. */
  readonly at = new Date();
  readonly all: Note[] = [];
  readonly #began = performance.now();

  /** Takes a step, and a note of it; none of one that could not be taken. */
  async take<Taken extends Step | null>(
    kind: StepKind,
    host: string,
    port: number,
    step: Promise<Taken>,
  ): Promise<Taken> {
    const began = this.seconds;
    const outcome = await step;
    const ended = this.seconds;
    if (outcome !== null) this.all.push({ kind, host, port, began, ended, outcome });
    return outcome;
  }

  get seconds(): number {
    return Math.round(performance.now() - this.#began) / 1_000;
  }
}
