/** Messages taken out of their place: replayed, moved to another group or epoch, or said by another. */
import { describe, expect, test } from 'vitest';
import { propose, proposeUpdate } from '../../group/propose.ts';
import { unwrap, wrap } from '../peers/own.ts';
import { forge, pathless, refusal, refusedBy, trio, utf8 } from './attack.ts';

describe('replayed', () => {
  test('a message opens once, early and late', async () => {
    const [ann, ben] = await trio();
    const messages = [await ann.seal(utf8('one')), await ann.seal(utf8('two'))];
    for (const message of messages.toReversed()) await ben.open(message);
    for (const message of messages) {
      expect(await refusal(() => ben.open(message))).toBe('replayed');
    }
    await ben.process(await ann.update());
    for (const message of messages) {
      expect(await refusal(() => ben.open(message))).toBe('replayed');
    }
  });

  test('a Commit is followed once', async () => {
    const [ann, ben] = await trio();
    for (const wireFormat of ['publicMessage', 'privateMessage'] as const) {
      const { commit } = await ann.commit({ wireFormat });
      await ben.process(commit);
      expect(await refusedBy(ben, commit)).not.toBe('nothing');
    }
  });

  test('a proposal that comes again is one proposal', async () => {
    const [ann, ben] = await trio();
    const { message } = await propose(
      ann.env,
      ann.state,
      { kind: 'remove', removed: 2 },
      { wireFormat: 'publicMessage' },
    );
    await ben.process(wrap(message));
    await ben.process(wrap(message));
    expect(ben.state.proposals).toHaveLength(1);
  });
});

describe('in another group', () => {
  test('nothing is taken, and nothing opens under another name', async () => {
    const [ann] = await trio();
    const [, stranger] = await trio();
    const message = await ann.seal(utf8('hi'));
    const privateCommit = (await ann.commit({})).commit;
    const publicCommit = (await ann.commit({ wireFormat: 'publicMessage' })).commit;
    for (const one of [message, privateCommit, publicCommit]) {
      expect(await refusal(() => stranger.open(one))).toBe('cannot-open');
    }
    const { groupId } = stranger.state.context;
    const { privateMessage } = unwrap(message, 'privateMessage');
    const renamed = wrap({
      format: 'privateMessage',
      privateMessage: { ...privateMessage, groupId },
    });
    expect(await refusal(() => stranger.open(renamed))).toBe('cannot-open');
  });

  test('a Commit of one group, its name changed, fits no other with the same members', async () => {
    const [ann, ben] = await trio();
    const bytes = await forge(ann, pathless(), {
      content: (honest) => ({ ...honest, groupId: utf8('another') }),
      wireFormat: 'publicMessage',
    });
    expect(await refusedBy(ben, bytes)).toBe('cannot-open');
    const { publicMessage } = unwrap(bytes, 'publicMessage');
    const { groupId } = ben.state.context;
    const content = { ...publicMessage.content, groupId };
    const renamed = wrap({ format: 'publicMessage', publicMessage: { ...publicMessage, content } });
    expect(await refusedBy(ben, renamed)).toBe('membership-tag');
  });
});

describe('in another epoch', () => {
  test('a message opens in its own epoch only', async () => {
    const [ann, ben] = await trio();
    const { privateMessage } = unwrap(await ann.seal(utf8('then')), 'privateMessage');
    await ben.process(await ann.update());
    for (const epoch of [0n, 2n]) {
      const moved = wrap({
        format: 'privateMessage',
        privateMessage: { ...privateMessage, epoch },
      });
      expect(await refusal(() => ben.open(moved))).not.toBe('nothing');
    }
    expect(await ben.open(wrap({ format: 'privateMessage', privateMessage }))).toEqual(
      utf8('then'),
    );
  });

  test('a proposal of an epoch that is over is not pending in the next', async () => {
    const [ann, ben, cid] = await trio();
    const late = [
      await propose(ann.env, ann.state, { kind: 'remove', removed: 2 }),
      await propose(
        ann.env,
        ann.state,
        { kind: 'remove', removed: 2 },
        {
          wireFormat: 'publicMessage',
        },
      ),
      await proposeUpdate(ann.env, ann.state),
    ];
    const commit = await cid.update();
    await ben.process(commit);
    for (const { message } of late) {
      expect(await refusedBy(ben, wrap(message))).toBe('wrong-epoch');
    }
    expect(ben.state.proposals).toEqual([]);
  });

  test('a Commit of an epoch that is over changes nothing', async () => {
    const [ann, ben, cid] = await trio();
    const late = await ann.update();
    await ben.process(await cid.update());
    expect(await refusedBy(ben, late)).toBe('wrong-epoch');
  });
});

describe('by another', () => {
  test('what one member signed does not pass as said by another', async () => {
    const [ann, ben, cid] = await trio();
    for (const wireFormat of ['publicMessage', 'privateMessage'] as const) {
      const asCid = await forge(ann, pathless(), {
        content: (honest) => ({ ...honest, sender: { kind: 'member', leafIndex: 2 } }),
        wireFormat,
      });
      expect(await refusedBy(ben, asCid)).toBe('signature');
      const signedByCid = await forge(ann, pathless(), {
        signaturePrivateKey: cid.state.signaturePrivateKey,
        wireFormat,
      });
      expect(await refusedBy(ben, signedByCid)).toBe('signature');
    }
  });

  test('a blank or missing leaf says nothing', async () => {
    const [ann, ben] = await trio();
    for (const leafIndex of [3, 4, 0xffff_ffff]) {
      const bytes = await forge(ann, pathless(), {
        content: (honest) => ({ ...honest, sender: { kind: 'member', leafIndex } }),
        wireFormat: 'publicMessage',
      });
      expect(await refusedBy(ben, bytes)).toBe('not-a-member');
    }
  });

  test('nobody proposes as an external sender of a group that has none', async () => {
    const [ann, ben] = await trio();
    const { message } = await propose(
      ann.env,
      ann.state,
      { kind: 'remove', removed: 2 },
      { wireFormat: 'publicMessage' },
    );
    if (message.format !== 'publicMessage') throw new Error('a PublicMessage was expected');
    const { publicMessage } = message;
    const content = {
      ...publicMessage.content,
      sender: { kind: 'external', senderIndex: 0 } as const,
    };
    const bytes = wrap({
      format: 'publicMessage',
      publicMessage: { ...publicMessage, content, membershipTag: null },
    });
    expect(await refusedBy(ben, bytes)).toBe('proposal-sender');
  });

  test('an application message in the open is refused', async () => {
    const [ann, ben] = await trio();
    const bytes = await forge(ann, pathless(), { wireFormat: 'publicMessage' });
    const { publicMessage } = unwrap(bytes, 'publicMessage');
    const body = { kind: 'application', data: utf8('for all to see') } as const;
    const content = { ...publicMessage.content, body };
    const open = wrap({
      format: 'publicMessage',
      publicMessage: { ...publicMessage, content, confirmationTag: null },
    });
    expect(await refusedBy(ben, open)).toBe('malformed');
  });
});
