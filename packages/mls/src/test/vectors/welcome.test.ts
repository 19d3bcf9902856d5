/** welcome.json: a Welcome is opened down to its GroupInfo, whose signature and confirmation tag hold. */
import { expect, test } from 'vitest';
import { decode, encode } from '../../codec/codec.ts';
import { mlsMessage } from '../../framing/mls-message.ts';
import { groupInfo, isSignedGroupInfo } from '../../group/group-info.ts';
import { keyPackageRef } from '../../group/key-package.ts';
import { openGroupInfo, openGroupSecrets } from '../../group/welcome.ts';
import { epochSecrets, noSecret, welcomeSecret } from '../../schedule/key-schedule.ts';
import { confirmationTag } from '../../schedule/transcript.ts';
import { bytes, hex, suiteOf, vectorsOf } from './vectors.ts';

interface Vector {
  readonly cipher_suite: number;
  readonly init_priv: string;
  readonly key_package: string;
  readonly signer_pub: string;
  readonly welcome: string;
}

test.each(vectorsOf<Vector>('welcome.json'))('suite $cipher_suite', async (vector) => {
  const suite = await suiteOf(vector.cipher_suite);
  const own = decode(mlsMessage, bytes(vector.key_package));
  const message = decode(mlsMessage, bytes(vector.welcome));
  if (own.format !== 'keyPackage' || message.format !== 'welcome') throw new Error('mixed up');
  const { keyPackage } = own;
  const { welcome } = message;
  const ref = hex(keyPackageRef(suite, keyPackage));
  const mine = welcome.secrets.find(({ newMember }) => hex(newMember) === ref);
  if (mine === undefined) throw new Error('the Welcome is for somebody else');

  const initKeys = { privateKey: bytes(vector.init_priv), publicKey: keyPackage.initKey };
  const secrets = await openGroupSecrets(suite, initKeys, welcome, mine);
  expect(secrets.psks).toEqual([]);
  const psk = noSecret(suite);
  const sealing = welcomeSecret(suite, secrets.joinerSecret, psk);
  const encoded = await openGroupInfo(suite, sealing, welcome);
  const info = decode(groupInfo, encoded);
  expect(hex(encode(groupInfo, info))).toBe(hex(encoded));
  expect(await isSignedGroupInfo(suite, bytes(vector.signer_pub), info)).toBe(true);
  const { groupContext } = info;
  const { confirmationKey } = epochSecrets(suite, secrets.joinerSecret, psk, groupContext);
  expect(hex(confirmationTag(suite, confirmationKey, groupContext.confirmedTranscriptHash))).toBe(
    hex(info.confirmationTag),
  );
});
