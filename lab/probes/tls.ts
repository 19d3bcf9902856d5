/**
 * TLS of a host and of the decoy: what settings decide has to be alike; what a library has one way is said beside the
 * board (docs/seen-from-outside.md). Two that show nothing are alike too: the decoy has to have shown what any site has.
 */
import type { Suspect } from './ask.ts';
import { answersToHellos } from './server-hello.ts';
import { librarySeen, settingsSeen, unseenIn } from './tls-sessions.ts';

type Seen = ReadonlyMap<string, string>;

export interface TlsCompared {
  /** What tells the host from the decoy, or that there was nothing to compare. */
  readonly found: readonly string[];
  readonly besides: string;
}

/** @param newFolder one that nobody used before */
export async function tlsOf(
  target: Suspect,
  decoy: Suspect,
  newFolder: () => string,
): Promise<TlsCompared> {
  const both = (seenOf: (suspect: Suspect, folder: string) => Promise<Seen>) =>
    Promise.all([seenOf(target, newFolder()), seenOf(decoy, newFolder())]);
  const [hellos, settings, library] = [
    await both(answersToHellos),
    await both(settingsSeen),
    await both(librarySeen),
  ];
  const unseen = [settings, library].flatMap(([, decoys]) => unseenIn(decoys));
  const found = [hellos, settings]
    .flatMap(differing)
    .map((what) => `TLS of ${target.name}, ${what}`);
  if (unseen.length > 0)
    found.push(`nothing to compare TLS with, as the decoy shows no more than ${unseen.join('; ')}`);
  const apart = differing(library);
  const besides =
    apart.length > 0
      ? `TLS is alike but for what its library has so (${apart.join('; ')})`
      : 'TLS is alike';
  return { found, besides };
}

function differing([ours, decoys]: readonly [Seen, Seen]): string[] {
  return [...ours]
    .filter(([what, answer]) => decoys.get(what) !== answer)
    .map(([what, answer]) => `${what}: ${answer}, not ${decoys.get(what)}`);
}
