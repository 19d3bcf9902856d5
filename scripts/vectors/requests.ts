/** One example of each request and result, and of each item: what `vectors/requests.json` is made of. */
import type { Entry, Item, Op, Request, Result } from '@polynya/protocol/requests';

/** `length` bytes that all have one value, so that a reader sees at once which field they are. */
const fill = (value: number, length: number) => new Uint8Array(length).fill(value);

const log = fill(0x10, 16);
const id = fill(0x1d, 16);
const blob = fill(0xb0, 16);
const secret = fill(0x5e, 32);
const hash = fill(0xa5, 32);
const allowance = fill(0xa1, 32);
const body = Uint8Array.of(0xb0, 0xd1, 0xe5);
const turn = { closes: true, next: hash };
const n = 3;

export const ENTRIES: readonly Entry[] = [
  { seq: 1, kind: 0, epoch: 0, id, body, turn: null },
  { seq: 2, kind: 1, epoch: 0, id: fill(0x2d, 16), body, turn },
  { seq: 3, kind: 2, epoch: 1, id: fill(0x3d, 16), body, turn: null },
  { seq: 4_294_967_296, kind: 1, epoch: 70_000, id, body, turn: { closes: false, next: hash } },
];

const logState = { head: 7, first: 2, epoch: 300, role: 0, upTo: null, low: [] };

/** A request of each kind with an answer to it. */
export const EXCHANGES: {
  [O in Op]: [request: Omit<Extract<Request, { op: O }>, 'op'>, result: Result<O>];
} = {
  open: [{ n, log, secret }, logState],
  append: [{ n, entries: [{ id, epoch: 300, body }] }, { seqs: [8] }],
  commit: [{ n, entry: { id, epoch: 300, body }, turn }, { seq: 9 }],
  read: [
    { n, from: 1, bytes: 65_536 },
    { entries: ENTRIES.slice(0, 2), head: 7, first: 1 },
  ],
  watch: [{ n }, { ...logState, role: 1, upTo: 299, low: [hash] }],
  unwatch: [{ n }, {}],
  signal: [{ n, body }, {}],
  create: [{ log, kind: 1, hash, allowance }, {}],
  allow: [{ n, hash, perHour: 60 }, {}],
  revoke: [{ n, hash }, {}],
  stock: [{ n, hash, packages: [body, body], last: body }, {}],
  take: [{ n, id }, { package: body }],
  blob: [{ blob, hash, drop: fill(0xd0, 32), pieces: 2, allowance }, {}],
  put: [{ blob, secret, index: 1, body }, {}],
  get: [{ blob, secret, index: 1 }, { body }],
  stat: [
    { blob, secret },
    { pieces: 9, present: Uint8Array.of(0x03, 0x01) },
  ],
  drop: [{ blob, secret }, {}],
  admit: [{ invite: fill(0x11, 32), allowance }, {}],
  grant: [{ allowance, hash, uses: 1, until: 1_800_000_000 }, {}],
  allowance: [
    { allowance },
    { logs: 100, bytes: 1_000_000_000, invites: 10, until: 1_800_000_000 },
  ],
  handles: [{ count: 1 }, { handles: [{ handle: fill(0x4a, 16), token: fill(0x70, 16) }] }],
  linger: [{ ms: 25_000 }, {}],
  bye: [{}, {}],
  withdraw: [{ allowance, hash }, {}],
  endpoints: [{ allowance, knows: [id], serial: 5 }, { record: body }],
  lend: [{ allowance, places: 4 }, {}],
  meet: [{ allowance, offer: body }, { answer: body }],
  accept: [{ id, answer: body }, {}],
  pushKey: [{}, { key: fill(0x04, 65) }],
  subscribe: [
    { n, id, endpoint: 'https://push.example/s/1', key: fill(0x04, 65), auth: fill(0xaa, 16) },
    {},
  ],
  unsubscribe: [{ n, id, auth: fill(0xaa, 16) }, {}],
  wake: [{ n, except: [id] }, {}],
  follow: [{ allowance, knows: [id], serial: 5 }, { record: body }],
};

export const ITEMS: readonly Item[] = [
  { item: 'answer', id: 1, value: [9] },
  { item: 'refusal', id: 2, code: 2, retryAfter: 30_000, note: 'too many Commits' },
  { item: 'push', n, entries: ENTRIES.slice(0, 1) },
  { item: 'nudge', n, head: 12 },
  { item: 'signal', n, body },
  { item: 'record', record: body },
];
