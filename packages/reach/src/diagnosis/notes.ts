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

  /** Takes a step, and a note of it. */
  async take(kind: StepKind, host: string, port: number, step: Promise<Step>): Promise<Step> {
    const began = this.seconds;
    const outcome = await step;
    this.all.push({ kind, host, port, began, ended: this.seconds, outcome });
    return outcome;
  }

  get seconds(): number {
    return Math.round(performance.now() - this.#began) / 1_000;
  }
}
