/** The invite in the address: read once, then gone from the address bar and the history. */

/** The link that the page was opened with, or null when there is no invite in it. */
export function takeInviteFromAddress(
  location: Pick<Location, 'href' | 'hash' | 'pathname' | 'search'>,
  history: Pick<History, 'replaceState' | 'state'>,
): string | null {
  if (location.hash.length < 2) return null;
  const link = location.href;
  history.replaceState(history.state, '', `${location.pathname}${location.search}`);
  return link;
}
