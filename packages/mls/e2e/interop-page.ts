/** The page of `interop.test.ts`: three engines, and the scenarios by name. */

import { webPrimitives } from '@polynya/crypto/web-primitives';
import { loadSuite } from '../src/crypto/load-suite.ts';
import { enterBy, SCENARIOS } from '../src/test/interop/scenarios.ts';
import { coreCrypto } from '../src/test/peers/core-crypto.ts';
import { environmentOf, OwnEngine } from '../src/test/peers/own.ts';
import type { PeerEngine } from '../src/test/peers/peer.ts';
import { tsMls } from '../src/test/peers/ts-mls.ts';

export type EngineName = PeerEngine['name'];

// core-crypto takes handshake messages as PublicMessages only.
const suite = await loadSuite(1, webPrimitives);
const engines: Readonly<Record<EngineName, PeerEngine>> = {
  polynya: new OwnEngine(environmentOf(suite), { wireFormat: 'publicMessage' }),
  'ts-mls': await tsMls('MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519', 'public'),
  'core-crypto': await coreCrypto('/core-crypto.wasm'),
};

/** An error as the test reads it: its words and those of what caused it. */
function words(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const inner = 'inner' in error ? ` ${JSON.stringify(error.inner)}` : '';
  const cause = error.cause === undefined ? '' : ` because ${words(error.cause)}`;
  return `${error.message}${inner}${cause}`;
}

const interopPage = {
  /** @returns 'agreed', or what went wrong */
  async run(scenario: string, names: readonly EngineName[]): Promise<string> {
    return this.said(() => SCENARIOS[scenario]?.(names.map((name) => engines[name])));
  },
  async enter(names: readonly EngineName[], giver: EngineName): Promise<string> {
    return this.said(() =>
      enterBy(
        names.map((name) => engines[name]),
        engines[giver],
      ),
    );
  },
  async said(work: () => Promise<void> | undefined): Promise<string> {
    try {
      await work();
      return 'agreed';
    } catch (error) {
      return words(error);
    }
  },
};

declare global {
  var interop: typeof interopPage;
}
globalThis.interop = interopPage;
