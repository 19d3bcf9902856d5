/** The invite in the address: read, then gone from the address bar and the history at once. */
import { type Accessor, createSignal } from 'solid-js';

type Place = Pick<Location, 'href' | 'hash' | 'pathname' | 'search'>;
type Past = Pick<History, 'replaceState' | 'state'>;

function take(location: Place, history: Past): string | null {
  if (location.hash.length < 2) return null;
  const link = location.href;
  history.replaceState(history.state, '', `${location.pathname}${location.search}`);
  return link;
}

/** The link that the page was opened with, or was given since by the address bar; null for none. */
export function invitesFromAddress(
  location: Place,
  history: Past,
  events: EventTarget,
): Accessor<string | null> {
  const [invite, setInvite] = createSignal(take(location, history), { equals: false });
  events.addEventListener('hashchange', () => {
    const link = take(location, history);
    if (link !== null) setInvite(link);
  });
  return invite;
}
