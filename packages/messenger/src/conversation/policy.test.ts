import type { SignatureKey } from '@polynya/mls/engine';
import { describe, expect, test } from 'vitest';
import { deviceCredential, seatCredential, signatureKey } from '../identity/credential.ts';
import { personId } from '../identity/person.ts';
import { lawful, type Standing } from './policy.ts';
import { leafOf } from './roster.ts';

interface Someone {
  readonly root: SignatureKey;
  readonly device: SignatureKey;
  readonly person: string;
}

let seed = 0;
const key = (): Promise<SignatureKey> => signatureKey(new Uint8Array(32).fill(++seed));

async function someone(): Promise<Someone> {
  const root = await key();
  return { root, device: await key(), person: personId(root.publicKey) };
}

async function deviceOf({ root, device }: Someone, leaf: number, signing = device) {
  const { publicKey } = signing;
  return { leaf, signatureKey: publicKey, credential: await deviceCredential(root, publicKey) };
}

async function seatOf({ root, device }: Someone, leaf: number) {
  const { publicKey } = await key();
  const { credential: own } = await deviceOf({ root, device, person: '' }, 0);
  const certificate = own.slice(-64);
  const inviter = { root: root.publicKey, device, certificate };
  const credential = await seatCredential(inviter, 2_000, publicKey);
  return { leaf, signatureKey: publicKey, credential };
}

const [anna, boris, vera, guest] = [
  await someone(),
  await someone(),
  await someone(),
  await someone(),
];
const members = [
  await deviceOf(anna, 0),
  await deviceOf(boris, 1),
  await deviceOf(vera, 2),
] as const;
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
    ['a device adds devices of others', { by: b, added: [await deviceOf(guest, 4)] }],
    [
      'a seat brings in one device of a newcomer',
      { by: borisSeat, added: [await deviceOf(guest, 4)] },
    ],
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
      { by: b, removed: [await deviceOf(boris, 4, await key())] },
    ],
    ['it removes a device and lets the same in again', { by: b, removed: [v], added: [v] }],
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
      { by: b, removed: [v], added: [await deviceOf(vera, 4, await key())] },
    ],
    ['a seat does nothing', { by: borisSeat }],
    [
      'a seat adds two devices',
      { by: borisSeat, added: [await deviceOf(guest, 4), await deviceOf(await someone(), 5)] },
    ],
    ['a seat adds a seat', { by: borisSeat, added: [await seatOf(boris, 4)] }],
    [
      'a seat adds a device of a member',
      { by: borisSeat, added: [await deviceOf(vera, 4, await key())] },
    ],
    ['a seat removes somebody', { by: borisSeat, added: [await deviceOf(guest, 4)], removed: [v] }],
    [
      'a seat is used a second time',
      { by: borisSeat, added: [await deviceOf(guest, 4)] },
      { cameBy: new Map([[3, vera.person]]) },
    ],
    [
      'it removes the seats of a person whose device it lets in again',
      { by: v, removed: [b, borisSeat], added: [b] },
    ],
    ["a device adds a seat in a stranger's name", { by: b, added: [await seatOf(guest, 4)] }],
    ['one of several removals is not', { by: b, removed: [borisSeat, v] }],
    ['who is removed was an admin, and the committer is none', { by: b, removed: [a] }],
  ];
  test.each(cases)('%s', (...one) => {
    expect(judge(one as Case)).toBe(false);
  });
});
