import type { SignatureKey } from '@polynya/mls/engine';
import type { DeviceList } from '@polynya/protocol/device-list';
import { describe, expect, test } from 'vitest';
import { deviceCredential, seatCredential, signatureKey } from '../identity/credential.ts';
import { firstList, signed } from '../identity/device-list.ts';
import { personId } from '../identity/person.ts';
import { lawful, type Standing } from './policy.ts';
import { leafOf } from './roster.ts';

interface Someone {
  readonly root: SignatureKey;
  readonly device: SignatureKey;
  readonly person: string;
  readonly list: DeviceList;
}

let seed = 0;
const key = (): Promise<SignatureKey> => signatureKey(new Uint8Array(32).fill(++seed));

async function someone(): Promise<Someone> {
  const [root, device] = [await key(), await key()];
  const list = await firstList(root, device.publicKey);
  return { root, device, person: personId(root.publicKey), list };
}

function deviceOf({ root, device, list }: Someone, leaf: number, signing = device) {
  const credential = deviceCredential(root.publicKey, list);
  return { leaf, signatureKey: signing.publicKey, credential };
}

/** Another device of that person, which theirs let in. */
async function linkedTo(someone: Someone, leaf: number, signer = someone.device) {
  const device = await key();
  const change = { remove: false, device: device.publicKey };
  const list = await signed(someone.root.publicKey, someone.list, signer, change);
  return deviceOf({ ...someone, device, list }, leaf);
}

/** A device of a list that the root key began anew. */
async function recovered(someone: Someone, leaf: number) {
  const device = await key();
  const list = await firstList(someone.root, device.publicKey, 1);
  return deviceOf({ ...someone, device, list }, leaf);
}

async function seatOf({ root, device, list }: Someone, leaf: number) {
  const { publicKey } = await key();
  const inviter = { root: root.publicKey, list, device };
  const credential = await seatCredential(inviter, 2_000, publicKey);
  return { leaf, signatureKey: publicKey, credential };
}

const [anna, boris, vera, guest] = [
  await someone(),
  await someone(),
  await someone(),
  await someone(),
];
const members = [deviceOf(anna, 0), deviceOf(boris, 1), deviceOf(vera, 2)] as const;
/** Boris lets a phone in, then a tablet by which he takes the phone out. */
const phone = await key();
const tablet = await key();
const { publicKey: borisRoot } = boris.root;
const withPhone = await signed(borisRoot, boris.list, boris.device, {
  remove: false,
  device: phone.publicKey,
});
const withTablet = await signed(borisRoot, withPhone, boris.device, {
  remove: false,
  device: tablet.publicKey,
});
const withoutPhone = await signed(borisRoot, withTablet, tablet, {
  remove: true,
  device: phone.publicKey,
});
const borisPhone = deviceOf({ ...boris, device: phone, list: withPhone }, 5);
const borisTablet = deviceOf({ ...boris, device: tablet, list: withoutPhone }, 4);
const borisSeat = await seatOf(boris, 3);
const [a, b, v] = members;

function standing(change: Partial<Standing> = {}): Standing {
  return {
    leaves: [...members, borisSeat].map(leafOf),
    admins: new Set([anna.person]),
    leaving: new Set(),
    cameBy: new Map(),
    ...change,
  };
}

type Case = [
  what: string,
  commit: { by: typeof a; added?: (typeof a)[]; removed?: (typeof a)[] },
  change?: Partial<Standing>,
];

function judge([, { by, added = [], removed = [] }, change]: Case): boolean {
  const closes = removed.length > 0;
  const newcomers = added.map((one) => ({ ...one, initKey: new Uint8Array(0) }));
  return lawful({ committer: by, added: newcomers, removed, closes }, standing(change));
}

describe('a Commit is lawful (docs/protocol.md section 6) if', async () => {
  const cases: Case[] = [
    ['it renews the keys of its own leaf', { by: b }],
    ["anybody's device adds a seat of their own", { by: b, added: [await seatOf(boris, 4)] }],
    ['a device adds devices of others', { by: b, added: [deviceOf(guest, 4)] }],
    ['a seat brings in one device of a newcomer', { by: borisSeat, added: [deviceOf(guest, 4)] }],
    ['an admin removes somebody', { by: a, removed: [v] }],
    ["an admin removes another's seat", { by: a, removed: [borisSeat] }],
    [
      'anybody removes who asked to leave',
      { by: b, removed: [v] },
      { leaving: new Set([vera.person]) },
    ],
    ['the inviter removes the seat', { by: b, removed: [borisSeat] }],
    [
      'who came by a seat removes it',
      { by: v, removed: [borisSeat] },
      { cameBy: new Map([[3, vera.person]]) },
    ],
    [
      'a person removes another of their own devices',
      { by: b, removed: [await linkedTo(boris, 4)] },
    ],
    ['it removes a device and lets the same in again', { by: b, removed: [v], added: [v] }],
    [
      'anybody lets in a device by which the root began anew, and takes the lost ones out',
      { by: a, added: [await recovered(boris, 4)], removed: [b, borisSeat] },
    ],
    ['a person brings in another device of theirs', { by: b, added: [await linkedTo(boris, 4)] }],
    [
      'anybody removes the seats of who goes by it',
      { by: v, removed: [b, borisSeat] },
      { leaving: new Set([boris.person]) },
    ],
    [
      'anybody removes the seats of who has gone',
      { by: v, removed: [borisSeat] },
      { leaves: [a, v, borisSeat].map(leafOf) },
    ],
    ['an admin removes and adds at once', { by: a, removed: [v], added: [await seatOf(anna, 4)] }],
  ];
  test.each(cases)('%s', (...one) => {
    expect(judge(one as Case)).toBe(true);
  });
});

describe('a Commit is not lawful if', async () => {
  const cases: Case[] = [
    ['a member removes another who stays', { by: b, removed: [v] }],
    ["a member removes another's unused seat", { by: v, removed: [borisSeat] }],
    [
      'somebody removes the seat that another came by',
      { by: v, removed: [borisSeat] },
      { cameBy: new Map([[3, guest.person]]) },
    ],
    [
      'a device is removed for another of its person',
      { by: b, removed: [v], added: [await linkedTo(vera, 4)] },
    ],
    ['a seat does nothing', { by: borisSeat }],
    [
      'a seat adds two devices',
      { by: borisSeat, added: [deviceOf(guest, 4), deviceOf(await someone(), 5)] },
    ],
    ['a seat adds a seat', { by: borisSeat, added: [await seatOf(boris, 4)] }],
    ['a seat adds a device of a member', { by: borisSeat, added: [await linkedTo(vera, 4)] }],
    ['a seat removes somebody', { by: borisSeat, added: [deviceOf(guest, 4)], removed: [v] }],
    [
      'a seat is used a second time',
      { by: borisSeat, added: [deviceOf(guest, 4)] },
      { cameBy: new Map([[3, vera.person]]) },
    ],
    [
      'it removes the seats of a person whose device it lets in again',
      { by: v, removed: [b, borisSeat], added: [b] },
    ],
    ["a device adds a seat in a stranger's name", { by: b, added: [await seatOf(guest, 4)] }],
    ['somebody else brings in a device of a member', { by: a, added: [await linkedTo(boris, 4)] }],
    [
      'the list of a new device contradicts what the group has of that person',
      { by: b, added: [await linkedTo(boris, 5)] },
      { leaves: [a, b, v, await linkedTo(boris, 4)].map(leafOf) },
    ],
    [
      'a device comes back that its person took out of their list',
      { by: b, added: [borisPhone] },
      { leaves: [a, v, borisTablet].map(leafOf) },
    ],
    [
      'lost devices go for one by which the root began anew, and another with them',
      { by: v, added: [await recovered(boris, 4)], removed: [b, a] },
    ],
    ['one of several removals is not', { by: b, removed: [borisSeat, v] }],
    ['who is removed was an admin, and the committer is none', { by: b, removed: [a] }],
  ];
  test.each(cases)('%s', (...one) => {
    expect(judge(one as Case)).toBe(false);
  });
});
