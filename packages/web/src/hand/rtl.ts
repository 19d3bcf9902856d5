/** Which way lines run: what means on and back changes sides with them. */
export const rtl = (): boolean => getComputedStyle(document.documentElement).direction === 'rtl';

/** What is to the right of something: 1, what comes after it, or -1, what comes before it. */
export const rightward = (): 1 | -1 => (rtl() ? -1 : 1);
