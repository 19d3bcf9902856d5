/** Getting one certificate from an authority (ACME, RFC 8555), which asks for proof over TLS on port 443 (RFC 8737). */
import { isIP } from 'node:net';
import type { Tls } from '../http/tls-options.ts';
import type { Challenges } from './challenges.ts';

const CHALLENGE = 'tls-alpn-01';
/** Between questions whether it has looked, and how many, in ms: ten minutes in all. */
const POLLING = { backoffMin: 500, backoffMax: 15_000, backoffAttempts: 45 };

/** For its directory, in ms. */
const PATIENCE = 30_000;

export interface Authority {
  /** Where it says what else is where: an https URL. */
  readonly directory: string;
  /** Where it may write to when something is wrong with a certificate. */
  readonly contact?: string;
  /** What kind of certificate, where it has several. */
  readonly profile?: string;
}

/** The PEM of a key for an account (RFC 8555 section 7.3). */
export async function newAccountKey(): Promise<Buffer> {
  const { crypto } = await import('acme-client');
  return crypto.createPrivateEcdsaKey();
}

/**
 * Asks for one certificate for all of these DNS names and IP addresses, and shows what proves that they are ours.
 * Whoever asks agrees with the authority's terms. Rejects with what it said, or with the platform's error.
 */
export async function orderCertificate(
  names: readonly string[],
  { directory, contact, profile }: Authority,
  accountKey: Buffer,
  challenges: Challenges,
): Promise<Tls> {
  await answers(directory);
  // Only then, for it takes as long to load as all the rest.
  const { Client, crypto } = await import('acme-client');
  const client = new Client({ directoryUrl: directory, accountKey, ...POLLING });
  await client.createAccount({
    termsOfServiceAgreed: true,
    ...(contact !== undefined && { contact: [`mailto:${contact}`] }),
  });
  const identifiers = names.map((value) => ({ type: isIP(value) === 0 ? 'dns' : 'ip', value }));
  const order = await client.createOrder({ identifiers, ...(profile && { profile }) });
  for (const authorization of await client.getAuthorizations(order)) {
    if (authorization.status === 'valid') continue;
    const challenge = authorization.challenges.find(
      ({ type }: { type: string }) => type === CHALLENGE,
    );
    if (!challenge) throw new Error(`it does not ask by ${CHALLENGE}`);
    const { value } = authorization.identifier;
    const proof = await client.getChallengeKeyAuthorization(challenge);
    const challengeKey = await crypto.createPrivateEcdsaKey();
    const [key, cert] = await crypto.createAlpnCertificate(authorization, proof, challengeKey);
    challenges.show(value, { cert, key });
    try {
      await client.completeChallenge(challenge);
      await client.waitForValidStatus(authorization);
    } finally {
      challenges.hide(value);
    }
  }
  const own = await crypto.createPrivateEcdsaKey();
  const [key, request] = await crypto.createCsr({ altNames: [...names] }, own);
  const finalized = await client.finalizeOrder(order, request);
  return { cert: await client.getCertificate(finalized), key };
}

/** Its client would try for minutes, and then say nothing of why. */
async function answers(directory: string): Promise<void> {
  try {
    const { ok, status } = await fetch(directory, { signal: AbortSignal.timeout(PATIENCE) });
    if (!ok) throw new Error(`status ${status}`);
  } catch (error) {
    const { cause, message } = error as Error;
    const why = cause instanceof Error && 'code' in cause ? String(cause.code) : message;
    throw new Error(`${directory} does not answer: ${why}`);
  }
}
