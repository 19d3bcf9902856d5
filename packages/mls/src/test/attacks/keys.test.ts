/** KeyPackages used again, copied keys, and members or suites that support less than the group (sections 7.3 and 10.1). */
import { describe, expect, test } from 'vitest';
import { encode } from '../../codec/codec.ts';
import { makeExternalCommit } from '../../group/external-commit.ts';
import { type KeyPackage, signKeyPackage } from '../../group/key-package.ts';
import { makeGroupInfo } from '../../group/make-welcome.ts';
import { defaultCapabilities, makeKeyPackage } from '../../group/own-key-package.ts';
import type { Proposal } from '../../group/proposal.ts';
import { EXTENSION, requiredCapabilities } from '../../tree/extension.ts';
import { type LeafNode, signLeafNode } from '../../tree/leaf-node.ts';
import { encryptionKey } from '../../tree/subtree.ts';
import { DAY, environmentOf, OwnEngine, signatureKeys, wrap } from '../peers/own.ts';
import { identityOf } from '../peers/peer.ts';
import { tsMls } from '../peers/ts-mls.ts';
import { forge, newcomer, pathless, refusal, refusedBy, suite, trio } from './attack.ts';

const NOWHERE = { groupId: new Uint8Array(), leafIndex: 0 };
const add = (keyPackage: KeyPackage): Proposal => ({ kind: 'add', keyPackage });

/** Somebody's KeyPackage, altered and signed anew by its owner. */
async function resigned(
  leafChange: Partial<LeafNode>,
  change: Partial<KeyPackage> = {},
): Promise<KeyPackage> {
  const { own } = await newcomer();
  const { keyPackage, signaturePrivateKey } = own;
  const changed = { ...keyPackage.leafNode, ...leafChange };
  const leafNode = await signLeafNode(suite, signaturePrivateKey, changed, NOWHERE);
  return signKeyPackage(suite, signaturePrivateKey, { ...keyPackage, ...change, leafNode });
}

/** What ann answers who is to add it, and ben whom another client's Commit tells to. */
async function outcome(keyPackage: KeyPackage, members = trio()) {
  const [ann, ben] = await members;
  const making = await refusal(() => ann.commit({ proposals: [add(keyPackage)] }));
  if (making === 'nothing') throw new Error('it was added');
  const { tree } = ann.state.tree.add(keyPackage.leafNode);
  const following = await refusedBy(ben, await forge(ann, pathless(add(keyPackage)), { tree }));
  expect(following).toBe(making);
  return making;
}

describe('a KeyPackage with a copied HPKE key, by which a group could be bricked,', () => {
  test('of a leaf or of a parent node is refused, as leaf key and as init key', async () => {
    const members = await trio();
    for (const member of members) {
      const commit = await member.update();
      for (const other of members) if (other !== member) await other.process(commit);
    }
    const { tree } = members[0].state;
    for (const node of tree.nodes()) {
      const key = encryptionKey(node);
      if (key === null) continue;
      const copies = [await resigned({ encryptionKey: key }), await resigned({}, { initKey: key })];
      for (const copy of copies) {
        expect(await outcome(copy, Promise.resolve(members))).toMatch(
          /leaf-key-unique|add-duplicate/,
        );
      }
    }
  });

  test('is refused also when ts-mls, which lets it through, commits it', async () => {
    const own = new OwnEngine(environmentOf(suite));
    const theirs = await tsMls('MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519', 'private');
    const victim = await own.newcomer(identityOf(1));
    const evil = await theirs.newcomer(identityOf(2));
    const group = await evil.create(new Uint8Array(16));
    const member = await victim.join((await group.add([victim.keyPackage])).welcome);
    const { encryptionKey: key } = victim.own.keyPackage.leafNode;
    const copy = wrap({ format: 'keyPackage', keyPackage: await resigned({ encryptionKey: key }) });
    const { commit } = await group.add([copy]);
    expect(await refusedBy(member, commit)).toBe('leaf-key-unique');
  });

  test('whose init key is its leaf key is refused', async () => {
    const { own } = await newcomer();
    const { initKey } = own.keyPackage;
    expect(await outcome(await resigned({ encryptionKey: initKey }, { initKey }))).toBe(
      'key-package-init-key',
    );
  });
});

describe('a KeyPackage used again is refused', () => {
  test('while its owner is in the group', async () => {
    const members = await trio();
    const [ann, ben] = members;
    const guest = await newcomer();
    const { commit } = await ann.add([guest.keyPackage]);
    await ben.process(commit);
    expect(await outcome(guest.own.keyPackage, Promise.resolve(members))).toBe('leaf-key-unique');
  });

  test('twice in one Commit', async () => {
    const [ann, ben] = await trio();
    const { keyPackage } = (await newcomer()).own;
    const twice = [add(keyPackage), add(keyPackage)];
    expect(await refusal(() => ann.commit({ proposals: twice }))).not.toBe('nothing');
    expect(await refusedBy(ben, await forge(ann, pathless(...twice)))).not.toBe('nothing');
  });

  test('with fresh HPKE keys but the signature key of a member', async () => {
    const members = await trio();
    const { env } = members[0];
    const { signaturePrivateKey } = members[2].state;
    const publicKey = await suite.signature.publicKey(signaturePrivateKey);
    const { keyPackage } = await makeKeyPackage(suite, env.random, {
      credential: { credentialType: 1, content: identityOf(2) },
      signature: { privateKey: signaturePrivateKey, publicKey },
      lifetime: { notBefore: 0n, notAfter: 2n ** 40n },
    });
    expect(await outcome(keyPackage, Promise.resolve(members))).toBe('leaf-signature-key-unique');
  });

  test('after its time, and before', async () => {
    const now = BigInt(environmentOf(suite).now ?? 0);
    const day = BigInt(DAY);
    for (const lifetime of [
      { notBefore: now - 2n * day, notAfter: now - day },
      { notBefore: now + day, notAfter: now + 2n * day },
    ]) {
      const expired = await resigned({ source: { kind: 'keyPackage', lifetime } });
      expect(await outcome(expired)).toBe('leaf-lifetime');
    }
  });
});

describe('a downgrade is refused', () => {
  test('to another suite or version', async () => {
    expect(await outcome(await resigned({}, { cipherSuite: 3 }))).toBe('key-package-suite');
    expect(await outcome(await resigned({}, { version: 2 }))).toBe('key-package-version');
  });

  test('by a member that does not support suite, version, or its own credential', async () => {
    const capabilities = defaultCapabilities(suite);
    const lacking = async (change: Partial<typeof capabilities>) =>
      outcome(await resigned({ capabilities: { ...capabilities, ...change } }));
    expect(await lacking({ cipherSuites: [2] })).toBe('leaf-suite');
    expect(await lacking({ versions: [] })).toBe('leaf-version');
    expect(await lacking({ credentials: [2] })).toBe('leaf-own-credential-type');
  });

  test('by a newcomer who lacks what the group requires, or a requirement that a member lacks', async () => {
    const members = await trio();
    const [ann, ben] = members;
    const requirement = (extensions: number[]): Proposal => ({
      kind: 'groupContextExtensions',
      extensions: [
        {
          extensionType: EXTENSION.requiredCapabilities,
          extensionData: encode(requiredCapabilities, {
            extensions,
            proposals: [],
            credentials: [2],
          }),
        },
      ],
    });
    const tooMuch = requirement([0xf123]);
    expect(await refusal(() => ann.commit({ proposals: [tooMuch] }))).toBe(
      'group-capabilities-missing',
    );
    const { commit } = await ann.commit({ proposals: [requirement([])] });
    await ben.process(commit);
    const capabilities = defaultCapabilities(suite);
    const keyPackage = await resigned({ capabilities });
    expect(await outcome(keyPackage, Promise.resolve(members))).toBe('leaf-required-capabilities');
  });

  test('by a committer who drops a capability that the group requires', async () => {
    const [ann, ben] = await trio();
    const proposals: Proposal[] = [
      {
        kind: 'groupContextExtensions',
        extensions: [
          {
            extensionType: EXTENSION.requiredCapabilities,
            extensionData: encode(requiredCapabilities, {
              extensions: [],
              proposals: [],
              credentials: [2],
            }),
          },
        ],
      },
    ];
    const { commit } = await ann.commit({ proposals });
    await ben.process(commit);
    const leaf = { capabilities: defaultCapabilities(suite) };
    expect(await refusal(() => ann.commit({ leaf }))).toBe('leaf-required-capabilities');
  });
});

describe('whoever a member is', () => {
  test('changes only as the authentication service allows', async () => {
    const authority = { accepts: () => true, mayBecome: () => false, mayResync: () => false };
    const [ann, ben] = await trio();
    const strict = await trio({ authority });
    const credential = { credentialType: 1, content: identityOf(99) };
    const signature = await signatureKeys(ann.env);
    for (const leaf of [{ credential }, { signature }]) {
      expect(await refusal(() => strict[0].commit({ leaf }))).toBe('leaf-credential');
      const { commit } = await ann.commit({ leaf });
      await ben.process(commit);
    }
    expect(ben.state.tree.leaf(0)?.credential).toEqual(credential);
    expect(ben.state.tree.leaf(0)?.signatureKey).toEqual(signature.publicKey);
  });

  test('nobody takes another’s leaf by an external Commit', async () => {
    const [ann, ben] = await trio();
    const guest = await newcomer();
    const info = await makeGroupInfo(ann.env, ann.state, { withTree: true, withExternalPub: true });
    const { message } = await makeExternalCommit(ann.env, info, guest.own, { resync: 2 });
    const strict = { ...ben.env.authority, mayResync: () => false };
    const [, other] = await trio({ authority: strict });
    other.state = ben.state;
    expect(await refusedBy(other, wrap(message))).toBe('external-commit-resync');
    await ben.process(wrap(message));
    expect(ben.state.tree.memberCount).toBe(3);
  });
});
