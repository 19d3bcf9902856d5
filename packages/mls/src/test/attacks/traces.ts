/** Finds traces of secrets: what a member derived is written down, then looked for in its store and in all memory. */
import { Session } from 'node:inspector/promises';
import type { CipherSuite } from '../../crypto/cipher-suite.ts';
import type { Environment } from '../../group/environment.ts';
import { environmentOf } from '../peers/own.ts';

/** So many bytes tell one secret from all others; no key or nonce is shorter. */
const NEEDLE = 12;

/** A view, and no copy: that would be a trace. */
export const needleOf = (secret: Uint8Array): string =>
  Buffer.from(secret.buffer, secret.byteOffset, NEEDLE).toString('hex');

/**
 * Secrets by their first bytes, as text, so that this record is no trace itself. What a suite derives all goes
 * through its HMAC and its KEM, and what it draws through `random`.
 */
export class Recorder {
  /** What is going on, for every secret that comes up meanwhile. */
  phase = 'start';
  readonly secrets = new Map<string, string>();

  note(secret: Uint8Array): void {
    if (secret.length < NEEDLE || secret.every((byte) => byte === 0)) return;
    const needle = needleOf(secret);
    if (!this.secrets.has(needle)) this.secrets.set(needle, this.phase);
  }

  environment(suite: CipherSuite): Environment {
    const { random, ...env } = environmentOf(suite);
    const hmac: CipherSuite['hash']['hmac'] = (key, data) => {
      const output = suite.hash.hmac(key, data);
      this.note(output);
      return output;
    };
    const kem: CipherSuite['kem'] = {
      ...suite.kem,
      deriveKeyPair: async (ikm) => {
        const pair = await suite.kem.deriveKeyPair(ikm);
        this.note(pair.privateKey);
        return pair;
      },
    };
    return {
      ...env,
      suite: { ...suite, kem, hash: { ...suite.hash, hmac } },
      random: (length) => {
        const drawn = random(length);
        this.note(drawn);
        return drawn;
      },
    };
  }

  /** Those of a phase. */
  of(phase: string): Map<string, string> {
    return new Map([...this.secrets].filter(([, one]) => one === phase));
  }
}

/** The phases, or other names, of the needles that occur in `hex`. */
export function tracesIn(hex: string, needles: ReadonlyMap<string, string>): string[] {
  const found: string[] = [];
  for (const [needle, name] of needles) if (hex.includes(needle)) found.push(name);
  return found;
}

declare global {
  var findTraces: ((buffers: ArrayBuffer[]) => string) | undefined;
}

/** Larger ones are files and pages of the test runner, not messages or states. */
const LARGEST = 1 << 18;

/**
 * The names of the needles that stand in any ArrayBuffer of this process that is still reachable, from wherever it is.
 * Memory of native keys (CryptoKey, KeyObject) is not looked at.
 */
export async function tracesInMemory(needles: ReadonlyMap<string, string>): Promise<string[]> {
  globalThis.findTraces = (buffers) => {
    const found = new Set<string>();
    const starts = new Map<number, [string, string][]>();
    for (const [needle, name] of needles) {
      const start = Number.parseInt(needle.slice(0, 8), 16);
      starts.set(start, [...(starts.get(start) ?? []), [needle, name]]);
    }
    for (const buffer of buffers) {
      if (buffer.byteLength > LARGEST) continue;
      const bytes = Buffer.from(buffer);
      let window = 0;
      for (let at = 0; at < bytes.length; at++) {
        window = ((window << 8) | (bytes[at] ?? 0)) >>> 0;
        for (const [needle, name] of starts.get(window) ?? []) {
          if (bytes.toString('hex', at - 3, at - 3 + NEEDLE) === needle) found.add(name);
        }
      }
    }
    return JSON.stringify([...found]);
  };
  using session = openSession();
  const prototype = await session.post('Runtime.evaluate', { expression: 'ArrayBuffer.prototype' });
  const prototypeObjectId = prototype.result.objectId;
  if (prototypeObjectId === undefined) throw new Error('the inspector does not answer');
  const { objects } = await session.post('Runtime.queryObjects', { prototypeObjectId });
  const called = await session.post('Runtime.callFunctionOn', {
    functionDeclaration: 'function () { return globalThis.findTraces([...this]); }',
    objectId: objects.objectId ?? '',
    returnByValue: true,
  });
  globalThis.findTraces = undefined;
  return JSON.parse(called.result.value);
}

function openSession(): Session & Disposable {
  const session = new Session();
  session.connect();
  return Object.assign(session, { [Symbol.dispose]: () => session.disconnect() });
}
