/** messages.json: every structure that travels decodes and is encoded to the same bytes again. */
import { expect, test } from 'vitest';
import { type Codec, decode, encode } from '../../codec/codec.ts';
import { type MlsMessage, mlsMessage } from '../../framing/mls-message.ts';
import { commit } from '../../group/commit.ts';
import { PROPOSAL, proposal } from '../../group/proposal.ts';
import { groupSecrets } from '../../group/welcome.ts';
import { ratchetTree } from '../../tree/wire-tree.ts';
import { bytes, hex, vectorsOf } from './vectors.ts';

const vectors = vectorsOf<Readonly<Record<string, string>>>('messages.json');

/** A codec, and what stands before the vector in what the codec reads. */
type Form = readonly [codec: Codec<never>, before?: string];

const body = (type: number): Form => [proposal as Codec<never>, `000${type}`];
const message = (format: MlsMessage['format']): Form => [
  {
    write: mlsMessage.write as Codec<never>['write'],
    read(reader) {
      const read = mlsMessage.read(reader);
      expect(read.format).toBe(format);
      return read as never;
    },
  },
];

const FORMS: Readonly<Record<string, Form>> = {
  mls_welcome: message('welcome'),
  mls_group_info: message('groupInfo'),
  mls_key_package: message('keyPackage'),
  ratchet_tree: [ratchetTree as Codec<never>],
  group_secrets: [groupSecrets as Codec<never>],
  add_proposal: body(PROPOSAL.add),
  update_proposal: body(PROPOSAL.update),
  remove_proposal: body(PROPOSAL.remove),
  pre_shared_key_proposal: body(PROPOSAL.psk),
  re_init_proposal: body(PROPOSAL.reinit),
  external_init_proposal: body(PROPOSAL.externalInit),
  group_context_extensions_proposal: body(PROPOSAL.groupContextExtensions),
  commit: [commit as Codec<never>],
  public_message_application: message('publicMessage'),
  public_message_proposal: message('publicMessage'),
  public_message_commit: message('publicMessage'),
  private_message: message('privateMessage'),
};

test('every field of the file is known', () => {
  for (const vector of vectors) {
    expect(Object.keys(vector).toSorted()).toEqual(Object.keys(FORMS).toSorted());
  }
});

test.each(Object.entries(FORMS))('%s', (field, [codec, before = '']) => {
  for (const vector of vectors) {
    const given = before + vector[field];
    expect(hex(encode(codec, decode(codec, bytes(given))))).toBe(given);
  }
});
