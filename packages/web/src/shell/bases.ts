/** Where else the page's files can be had: what the endpoints of an invite (docs/protocol.md section 7) lead to. */
import { bytesOf } from './release.ts';

/** Kind, version, and the identity's 32 bytes come before the endpoints in the CBOR array that an invite is. */
const ENDPOINTS_AT = 37;
/** CBOR's initial bytes (RFC 8949) of the smallest array and the smallest text. */
const ARRAY = 0x80;
const TEXT = 0x60;
/** Texts whose length is told in the byte, or in the two bytes, after the first. */
const TEXT_1 = 0x78;
const TEXT_2 = 0x79;

/** Folders of the page, each ending in `/`, that the invite in a link leads to; none if there is no whole invite. */
export function basesIn(link: string): string[] {
  try {
    const bytes = bytesOf(link.slice(link.indexOf('#') + 1));
    const bases: string[] = [];
    let at = ENDPOINTS_AT;
    for (let left = (bytes[at++] ?? 0) - ARRAY; left > 0; left--) {
      const first = bytes[at++] ?? 0;
      let length = first - TEXT;
      if (first === TEXT_1) length = bytes[at++] ?? 0;
      if (first === TEXT_2) length = (bytes[at++] ?? 0) * 256 + (bytes[at++] ?? 0);
      bases.push(...baseOf(new TextDecoder().decode(bytes.subarray(at, at + length))));
      at += length;
    }
    return bases;
  } catch {
    // Not base64, or no URL: whoever opens the invite says so better.
    return [];
  }
}

/** A server's endpoint stands beside its page, a bridge's path has the page below it. */
function baseOf(endpoint: string): string[] {
  // A browser cannot know a certificate by its hash, which such a line asks for.
  if (!/^https?:[^#]+$/.test(endpoint)) return [];
  return [endpoint.endsWith('/s') ? endpoint.slice(0, -1) : `${endpoint}/`];
}
