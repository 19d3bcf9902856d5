/** How many times its usual runs a property test makes: POLYNYA_RUNS, else 1. */
export const RUNS = Number(process.env.POLYNYA_RUNS ?? 1);
