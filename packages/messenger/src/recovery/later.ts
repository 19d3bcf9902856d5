/** The work of recovery, loaded when it is first needed: most devices never do. */
export const repair = () => import('./repair.ts');
