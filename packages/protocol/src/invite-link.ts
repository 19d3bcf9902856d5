/**
 * Invites as links (docs/protocol.md section 7): `<page URL>#<base64url(CBOR)>`. What follows the `#`
 * never reaches a server.
 */
import { fromBase64url, toBase64url } from './bytes.ts';
import { type Cbor, decodeCbor, encodeCbor } from './cbor.ts';
import { LIMITS, PROTOCOL_VERSION } from './limits.ts';
import { ProtocolError } from './protocol-error.ts';
import { bytes, type Infer, list, text, uint, variants } from './schema.ts';

const place = {
  version: uint(),
  /** The server's Ed25519 public key. */
  identity: bytes(32),
  endpoints: list(text(LIMITS.endpoint), LIMITS.endpoints, 1),
};
const common = { ...place, secret: bytes(32) };

const codec = variants('kind', {
  /** Admits to a server: `secret` is what `admit` takes. */
  server: [0, common],
  /** Admits to a server and to a conversation: `secret` is for `seatSecrets`, `inviter` a person id. */
  seat: [1, { ...common, inviter: bytes(16) }],
  /** Makes a device one of a person's: the code of a linking (section 9). */
  device: [2, common],
  /** Where somebody begins who has a recovery phrase. */
  recovery: [3, place],
});

type WithoutVersion<T> = T extends unknown ? Omit<T, 'version'> : never;
export type Invite = WithoutVersion<Infer<typeof codec>>;

/** The payload of a link: what stands after the `#`. */
export function encodeInvite(invite: Invite): string {
  return toBase64url(encodeCbor(codec.encode({ ...invite, version: PROTOCOL_VERSION })));
}

/** The whole link. `pageUrl` is where the app is served; its own fragment, if any, is dropped. */
export function inviteLink(pageUrl: string, invite: Invite): string {
  return `${pageUrl.split('#', 1)[0]}#${encodeInvite(invite)}`;
}

/**
 * Reads an invite from a link or from its payload alone; white space around it is ignored.
 * Throws ProtocolError 'version' for an invite of another version, 'malformed' for nonsense.
 */
export function decodeInvite(linkOrPayload: string): Invite {
  const payload = linkOrPayload.slice(linkOrPayload.indexOf('#') + 1).trim();
  if (payload.length > LIMITS.invite) throw new ProtocolError('malformed', 'invite too long');
  const cbor = decodeCbor(fromBase64url(payload));
  refuseOtherVersions(cbor);
  const { version: _, ...invite } = codec.decode(cbor);
  return invite;
}

/** Looks before the struct is read, because another version may have other fields and kinds. */
function refuseOtherVersions(cbor: Cbor): void {
  const version = Array.isArray(cbor) ? (cbor[1] as Cbor | undefined) : undefined;
  if (typeof version === 'number' && version !== PROTOCOL_VERSION) {
    throw new ProtocolError('version', 'invite of another version');
  }
}
