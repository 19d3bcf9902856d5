/** Hosts of which a look may ask no more than readers of a web site do. */

/**
 * Whether an endpoint is behind a web site, as bridges are and servers may be (docs/protocol.md section 2): a path of
 * 22 letters leads to it, and whoever watches takes it for a site. A connection to a port that no site has would tell.
 */
export function isHidden(endpoint: string): boolean {
  return /\/[\w-]{22}\//.test(new URL(endpoint).pathname);
}
