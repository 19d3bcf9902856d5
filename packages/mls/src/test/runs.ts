/** POLYNYA_RUNS: how many times its usual runs a long test makes. Above 1, no vector is left out either. */
export const RUNS = Number(process.env.POLYNYA_RUNS ?? 1);
