/**
 * A release of the page: what is in it, signed (ECDSA over P-256, FIPS 186-5) by the release key of whoever hosts it.
 * The first release that a browser meets tells it the key; what is signed by another one is not taken.
 */

/** Some files in one, so that they come over one connection, or in slices over many. */
export interface Part {
  /** SHA-256 of the files one after the other, in base64url: also the name it is fetched by. */
  readonly id: string;
  /** Bytes of it by gzip (RFC 1952), which is what slices are cut from. */
  readonly gzip: number;
  /** Path below the page, and length in bytes. */
  readonly files: readonly (readonly [path: string, bytes: number])[];
}

export interface Release {
  /** Grows from one to the next: seconds since 1970 when it was built. */
  readonly serial: number;
  readonly version: string;
  /** What is new, in a sentence, by language. */
  readonly notes: Readonly<Record<string, string>>;
  /** Of every answer for a file of the page. */
  readonly headers: Readonly<Record<string, string>>;
  /** The first of them is what reading and writing need. */
  readonly parts: readonly [Part, ...Part[]];
}

/** As `release.json` has it. */
export interface SignedRelease {
  /** The public key: an uncompressed point (SEC 1) in base64url. */
  readonly key: string;
  /** r and s (IEEE P1363) in base64url, over CONTEXT and `release`. */
  readonly signature: string;
  /** The JSON of a Release. */
  readonly release: string;
}

/** Nothing else is ever signed with this before it. */
export const CONTEXT = 'polynya release v1\n';

export type Refusal = 'other-key' | 'bad-signature' | 'older';

/**
 * The release that was signed by the key `pinned`, or why it is none: signed by another key, by nobody, or built
 * before `serial`.
 */
export async function opened(
  { key, signature, release }: SignedRelease,
  pinned: string,
  serial: number,
): Promise<Release | Refusal> {
  if (key !== pinned) return 'other-key';
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
  const verifier = await crypto.subtle.importKey('raw', bytesOf(key), algorithm, false, ['verify']);
  const signed = new TextEncoder().encode(CONTEXT + release);
  const hashed = { name: 'ECDSA', hash: 'SHA-256' };
  const good = await crypto.subtle.verify(hashed, verifier, bytesOf(signature), signed);
  if (!good) return 'bad-signature';
  const found = JSON.parse(release) as Release;
  return found.serial < serial ? 'older' : found;
}

/** Of base64url. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
}

/** The name of a part whose bytes these are. */
export async function idOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return btoa(String.fromCharCode(...hash))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}
