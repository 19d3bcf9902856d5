/** Our engine, as Polynya runs it: on Node's primitives, handshake messages sealed. */

import { nodePrimitives } from '@polynya/crypto/node-primitives';
import { encode } from '@polynya/mls/codec/codec';
import { encodeBody } from '@polynya/mls/engine/entry';
import { ReadAhead } from '@polynya/mls/engine/read-ahead';
import { changesBetween } from '@polynya/mls/engine/records';
import { openPrivateMessage } from '@polynya/mls/group/open-message';
import { type OwnEngine, OwnMember, unwrap } from '@polynya/mls/test/peers/own';
import type { PeerMember } from '@polynya/mls/test/peers/peer';
import { ratchetTree } from '@polynya/mls/tree/wire-tree';
import type { Subject } from './subject.ts';

/** Bytes of the FramedContentTBS (RFC 9420 section 6.1) of a text of 100 B, about. */
const SIGNED = 250;

function own(member: PeerMember): OwnMember {
  if (!(member instanceof OwnMember)) throw new Error('a member on polynya was expected');
  return member;
}

/** Names and contents of what has to be written. */
const bytesOf = (changes: ReturnType<typeof changesBetween>): number =>
  changes.reduce((sum, { name, value }) => sum + name.length + (value?.length ?? 0), 0);

const privateMessage = (message: Uint8Array) => unwrap(message, 'privateMessage').privateMessage;

async function bareSignatures(): Promise<NonNullable<Subject['bare']>> {
  const { ed25519 } = nodePrimitives;
  const seed = crypto.getRandomValues(new Uint8Array(32));
  const publicKey = await ed25519.publicKey(seed);
  const message = crypto.getRandomValues(new Uint8Array(SIGNED));
  const signature = await ed25519.sign(seed, message);
  return {
    sign: () => ed25519.sign(seed, message),
    verify: () => ed25519.verify(publicKey, message, signature),
  };
}

export async function ownSubject(engine: OwnEngine): Promise<Subject> {
  return {
    engine,
    bare: await bareSignatures(),
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
    entry: (message) => encodeBody(privateMessage(message)).length,
    async openTogether(member, messages) {
      const reader = own(member);
      const decoded = messages.map(privateMessage);
      const ahead = new ReadAhead(engine.env, reader.state, decoded);
      for (const message of decoded) {
        const opened =
          (await ahead.take(message, reader.state)) ??
          (await openPrivateMessage(engine.env, reader.state, message));
        reader.state = opened.state;
      }
    },
  };
}
