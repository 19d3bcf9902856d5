/** Hosts that pass for web sites: who talks to one has to look like a reader of it. */

/**
 * Whether an endpoint, or a page, is behind a web site, as bridges are and servers may be (docs/protocol.md section 2):
 * a path of 22 letters leads to it, and whoever watches takes it for a site. What is no URL, as whoever made an invite may
 * say, is behind none.
 */
export function isHidden(endpoint: string): boolean {
  return /[^/]\/[\w-]{22}([/?#]|$)/.test(endpoint);
}
