/**
 * What another app shares with this one (W3C Web Share Target, level 2): it comes to the service worker as a POST that
 * never leaves the browser, and is held in memory until the page asks for it.
 */

/** Where it is posted to, as the manifest says; and what the page's address has then. */
export const SHARE = 'share';

export interface Shared {
  readonly text: string;
  readonly files: readonly File[];
}

/** The fields that the manifest names. */
export function sharedIn(form: FormData): Shared {
  const said = ['title', 'text', 'url'].map((name) => form.get(name)).filter((one) => one !== null);
  // Apps put links into the text, too.
  const text = said.map(String).filter((one, at, all) => {
    const again = (other: string, i: number) => (other === one ? i < at : other.includes(one));
    return one.trim() !== '' && !all.some(again);
  });
  const files = form.getAll('files').filter((one) => one instanceof File && one.size > 0);
  return { text: text.join('\n'), files: files as File[] };
}
