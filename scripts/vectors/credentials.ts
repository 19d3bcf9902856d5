/** A person, what the leaves of a device and of a seat say, and a seat's KeyPackage (docs/protocol.md sections 6 and 7). */
import { authenticationService } from '@polynya/messenger/identity/authentication-service';
import {
  deviceCredential,
  seatCredential,
  signatureKey,
} from '@polynya/messenger/identity/credential';
import { firstList } from '@polynya/messenger/identity/device-list';
import { personBytes } from '@polynya/messenger/identity/person';
import { seatKeyPackage } from '@polynya/messenger/invite/seat-keys';
import { makeEngine } from '@polynya/mls/engine/polynya-engine';
import { seatSecrets } from '@polynya/protocol/seat-secrets';

const fill = (value: number, length: number) => new Uint8Array(length).fill(value);
const countUp = (length: number) => Uint8Array.from({ length }, (_, i) => i % 256);
const UNTIL = 1_790_604_800;

/** The file credential.json. */
export async function credentials() {
  const [root, device] = [await signatureKey(fill(1, 32)), await signatureKey(fill(2, 32))];
  const list = await firstList(root, device.publicKey);
  const secret = countUp(32);
  const { keys: seed } = seatSecrets(secret);
  const engine = makeEngine({ authentication: authenticationService, now: () => UNTIL });
  let seat: Uint8Array = new Uint8Array(0);
  await engine.keyPackage({
    seed,
    notBefore: 0,
    notAfter: UNTIL,
    credential: async (leafKey) => {
      seat = await seatCredential({ root: root.publicKey, list, device }, UNTIL, leafKey);
      return seat;
    },
  });
  const { keyPackage, ref } = await seatKeyPackage(engine, secret, seat);
  return {
    about:
      'Sections 6 and 7. seeds: Ed25519 private keys (RFC 8032) of the root and the device. seat: what the secret of its invite and its credential lead to; ref: KeyPackageRef.',
    seeds: { root: root.privateKey, device: device.privateKey },
    person: { root: root.publicKey, id: personBytes(root.publicKey) },
    device: {
      signatureKey: device.publicKey,
      credential: deviceCredential(root.publicKey, list),
    },
    seat: { secret, seed, until: UNTIL, credential: seat, keyPackage, ref },
  };
}
