/** key-schedule.json: from one epoch's init secret to the next (RFC 9420 section 8). */
import { expect, test } from 'vitest';
import { encode } from '../../codec/codec.ts';
import { groupContext } from '../../schedule/group-context.ts';
import {
  epochSecrets,
  externalKeyPair,
  joinerSecret,
  mlsExporter,
  welcomeSecret,
} from '../../schedule/key-schedule.ts';
import { bytes, hex, suiteOf, vectorsOf } from './vectors.ts';

interface Exported {
  readonly label: string;
  readonly context: string;
  readonly length: number;
  readonly secret: string;
}

type Secrets = {
  readonly [N in
    | 'commit_secret'
    | 'confirmed_transcript_hash'
    | 'group_context'
    | 'joiner_secret'
    | 'psk_secret'
    | 'tree_hash'
    | 'welcome_secret'
    | 'init_secret'
    | 'sender_data_secret'
    | 'encryption_secret'
    | 'exporter_secret'
    | 'epoch_authenticator'
    | 'external_secret'
    | 'confirmation_key'
    | 'membership_key'
    | 'resumption_psk'
    | 'external_pub']: string;
};

interface Vector {
  readonly cipher_suite: number;
  readonly group_id: string;
  readonly initial_init_secret: string;
  readonly epochs: readonly (Secrets & { readonly exporter: Exported })[];
}

test.each(vectorsOf<Vector>('key-schedule.json'))('suite $cipher_suite', async (vector) => {
  const suite = await suiteOf(vector.cipher_suite);
  let initSecret: Uint8Array = bytes(vector.initial_init_secret);
  for (const [epoch, expected] of vector.epochs.entries()) {
    const context = {
      version: 1,
      cipherSuite: suite.id,
      groupId: bytes(vector.group_id),
      epoch: BigInt(epoch),
      treeHash: bytes(expected.tree_hash),
      confirmedTranscriptHash: bytes(expected.confirmed_transcript_hash),
      extensions: [],
    };
    expect(hex(encode(groupContext, context))).toBe(expected.group_context);
    const joiner = joinerSecret(suite, initSecret, bytes(expected.commit_secret), context);
    const psk = bytes(expected.psk_secret);
    const secrets = epochSecrets(suite, joiner, psk, context);
    const { label, context: exporterContext, length } = expected.exporter;
    const externalPublicKey = (await externalKeyPair(suite, secrets.externalSecret)).publicKey;
    const computed: Secrets & { readonly exported: string } = {
      commit_secret: expected.commit_secret,
      confirmed_transcript_hash: expected.confirmed_transcript_hash,
      group_context: expected.group_context,
      psk_secret: expected.psk_secret,
      tree_hash: expected.tree_hash,
      joiner_secret: hex(joiner),
      welcome_secret: hex(welcomeSecret(suite, joiner, psk)),
      init_secret: hex(secrets.initSecret),
      sender_data_secret: hex(secrets.senderDataSecret),
      encryption_secret: hex(secrets.encryptionSecret),
      exporter_secret: hex(secrets.exporterSecret),
      epoch_authenticator: hex(secrets.epochAuthenticator),
      external_secret: hex(secrets.externalSecret),
      confirmation_key: hex(secrets.confirmationKey),
      membership_key: hex(secrets.membershipKey),
      resumption_psk: hex(secrets.resumptionPsk),
      external_pub: hex(externalPublicKey),
      exported: hex(
        mlsExporter(suite, secrets.exporterSecret, label, bytes(exporterContext), length),
      ),
    };
    const { exporter, ...rest } = expected;
    expect(computed).toEqual({ ...rest, exported: exporter.secret });
    initSecret = secrets.initSecret;
  }
});
