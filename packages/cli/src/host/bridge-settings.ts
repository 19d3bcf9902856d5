/** What a host says of bridges: where one keeps its secret and leads to, and the lines that servers are told. */
import { join, resolve } from 'node:path';
import { isDirectLine } from '@polynya/server/whereabouts/direct-port';
import { isZoneLine } from '@polynya/server/whereabouts/dns-zone';
import { isDropLine } from '@polynya/server/whereabouts/drop-folder';
import { Failure } from '../failure.ts';
import { root } from '../root.ts';
import type { Terminal } from '../terminal.ts';

/** `--data`, else POLYNYA_BRIDGE_DATA, else `.polynya-bridge` in the project. */
export function bridgeFolder(given: string | undefined, env: Terminal['env']): string {
  return resolve(given ?? (env.POLYNYA_BRIDGE_DATA || join(root, '.polynya-bridge')));
}

/**
 * The endpoint of a server that a bridge leads to: as given, or what `polynya serve` has under a URL without a path.
 * @throws Failure for anything but http and https
 */
export function endpointUrl(given: string): string {
  const url = webUrl('--to', given);
  if (url.pathname === '/') url.pathname = '/s';
  return url.href;
}

/** Where others find the bridge's site, without a slash at its end. @throws Failure for anything but http and https */
export function siteUrl(given: string): string {
  return webUrl('--public', given).href.replace(/\/+$/, '');
}

/** Lines that bridges printed for the server that is told them. @throws Failure for anything else */
export function bridgeLines(given: readonly string[]): string[] {
  return given.map((line) => {
    if (isDirectLine(line) || isZoneLine(line) || isDropLine(line)) return line;
    const [pin = ''] = /#sha256=[\w-]{43}$/.exec(line) ?? [];
    const url = webUrl('--bridge', line.slice(0, line.length - pin.length));
    if (url.pathname !== '/') return url.href + pin;
    throw new Failure('--bridge takes a whole line of those that polynya bridge prints.', 2);
  });
}

function webUrl(option: string, given: string): URL {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (url && /^https?:$/.test(url.protocol) && !url.search && !url.hash && !url.username)
    return url;
  throw new Failure(`${option} takes a URL like https://example.org, not "${given}".`, 2);
}

/** The folder of a dead drop, with the name and password of who may write there. @throws Failure for anything but http and https */
export function folderUrl(given: string): string {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (url && /^https?:$/.test(url.protocol) && !url.search && !url.hash) {
    return url.href.replace(/\/+$/, '');
  }
  throw new Failure(
    '--drop (POLYNYA_DROP) takes the URL of a folder like https://name:password@cloud.example/folder.',
    2,
  );
}
