/** What each fault test says, in the one form in which others read it. */
import type { Verdict } from '@polynya/server/test/history';

/** What a fault is given: how often it strikes, and what its chances come from. */
export interface FaultOptions {
  readonly rounds: number;
  /** From 0 up to, not including, 1. */
  readonly random: () => number;
  /** An empty folder, gone afterwards. */
  readonly folder: string;
}

/** Strikes so often and judges what clients were told; a sentence where it cannot be done on this machine. */
export type Fault = (options: FaultOptions) => Promise<Verdict | string>;

export interface FaultRow extends Verdict {
  readonly fault: string;
  readonly rounds: number;
}

/** Whether a row shows what has to hold. Where nothing was acknowledged, nothing was shown. */
export const holds = ({ acknowledged, lost, duplicated, disordered }: Verdict): boolean =>
  acknowledged > 0 && lost + duplicated + disordered === 0;
