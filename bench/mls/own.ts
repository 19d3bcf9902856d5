/** Our engine, as Polynya runs it: on Node's primitives, handshake messages sealed. */

import { nodePrimitives } from '@polynya/crypto/node-primitives';
import { encode } from '@polynya/mls/codec/codec';
import { SUITE_IDS } from '@polynya/mls/crypto/cipher-suite';
import { loadSuite } from '@polynya/mls/crypto/load-suite';
import { encodeBody } from '@polynya/mls/engine/entry';
import { changesBetween } from '@polynya/mls/engine/records';
import { environmentOf, OwnEngine, OwnMember, unwrap } from '@polynya/mls/test/peers/own';
import type { PeerMember } from '@polynya/mls/test/peers/peer';
import { ratchetTree } from '@polynya/mls/tree/wire-tree';
import type { Subject, SuiteName } from './subject.ts';
import { warmPair } from './warm.ts';

const SUITES: Partial<Record<SuiteName, number>> = {
  'X25519-AES128-SHA256': SUITE_IDS.MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519,
  'XWING-AES128-SHA256': SUITE_IDS.MLS_128_XWING_AES128GCM_SHA256_Ed25519,
};

function own(member: PeerMember): OwnMember {
  if (!(member instanceof OwnMember)) throw new Error('a member on polynya was expected');
  return member;
}

/** Names and contents of what has to be written. */
const bytesOf = (changes: ReturnType<typeof changesBetween>): number =>
  changes.reduce((sum, { name, value }) => sum + name.length + (value?.length ?? 0), 0);

export async function ownSubject(suiteName: SuiteName): Promise<Subject> {
  const id = SUITES[suiteName];
  if (id === undefined) throw new Error('polynya does not have this suite');
  const engine = new OwnEngine(environmentOf(await loadSuite(id, nodePrimitives)));
  return {
    engine,
    sizes(member) {
      const { state } = own(member);
      const kept = { base: state, member: state };
      return {
        tree: encode(ratchetTree, state.tree).length,
        state: bytesOf(changesBetween(null, kept)),
      };
    },
    async delta(member, change) {
      const { state: before } = own(member);
      await change();
      const { state: after } = own(member);
      const kept = [before, after].map((state) => ({ base: state, member: state }));
      return bytesOf(changesBetween(kept[0] ?? null, kept[1] ?? null));
    },
    // The log knows group, epoch and kind, so an entry does not repeat them.
    entry: (message) => encodeBody(unwrap(message, 'privateMessage').privateMessage).length,
    warm: (n) => warmPair(engine, n),
  };
}
