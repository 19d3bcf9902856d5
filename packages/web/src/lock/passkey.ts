/** A secret that only a passkey gives: WebAuthn Level 3, section 10.1.4, the PRF extension. */
import type { Way } from '@polynya/messenger/store/lock';

type PasskeyWay = Extract<Way, { by: 'passkey' }>;
type Prf = { readonly prf?: { readonly results?: { readonly first?: ArrayBuffer } } };

const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));

/** Whether this browser may have passkeys at all. */
export function mayHavePasskeys(): boolean {
  // Not at a bare address: a passkey belongs to a name.
  const named = !/^[\d.]+$|^\[/.test(location.hostname);
  return 'PublicKeyCredential' in globalThis && named;
}

/** Makes a passkey, and asks for its secret. null: refused, or it has no such secrets. */
export async function newPasskeyWay(
  name: string,
): Promise<{ readonly way: PasskeyWay; readonly secret: Uint8Array } | null> {
  const salt = random(32);
  const made = await asked(() =>
    navigator.credentials.create({
      publicKey: {
        rp: { name },
        user: { id: random(16), name, displayName: name },
        challenge: random(32),
        pubKeyCredParams: [
          { type: 'public-key', alg: -7 },
          { type: 'public-key', alg: -257 },
        ],
        authenticatorSelection: { residentKey: 'preferred', userVerification: 'required' },
        extensions: { prf: { eval: { first: salt } } },
      },
    }),
  );
  if (!made) return null;
  const way = { by: 'passkey' as const, id: new Uint8Array(made.rawId), salt };
  // Some give it only when they are asked again.
  const secret = secretOf(made) ?? (await passkeySecret(way));
  return secret && { way, secret };
}

/** null: refused, or another passkey. */
export async function passkeySecret({ id, salt }: PasskeyWay): Promise<Uint8Array | null> {
  const got = await asked(() =>
    navigator.credentials.get({
      publicKey: {
        challenge: random(32),
        allowCredentials: [{ type: 'public-key', id }],
        userVerification: 'required',
        extensions: { prf: { eval: { first: salt } } },
      },
    }),
  );
  return got && secretOf(got);
}

function secretOf(credential: PublicKeyCredential): Uint8Array | null {
  const first = (credential.getClientExtensionResults() as Prf).prf?.results?.first;
  return first ? new Uint8Array(first) : null;
}

async function asked(ask: () => Promise<Credential | null>): Promise<PublicKeyCredential | null> {
  try {
    return (await ask()) as PublicKeyCredential | null;
  } catch (error) {
    // Whoever is asked may say no.
    if (error instanceof DOMException) return null;
    throw error;
  }
}
