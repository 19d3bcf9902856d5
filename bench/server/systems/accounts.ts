/** Accounts that are there before a run, where a system has any: as many as the largest work needs. */
export const ACCOUNTS = 10_100;
