/** One message of each kind, and what a newcomer is told (docs/protocol.md sections 7 and 8), all from fixed bytes. */
import { encodeCbor } from '@polynya/protocol/cbor';
import {
  type About,
  about,
  type ContactCard,
  encodeMessage,
  type KnownContent,
  welcome,
} from '@polynya/protocol/content';

const fill = (value: number, length: number) => new Uint8Array(length).fill(value);

const id = fill(0x1d, 16);
const person = fill(0x9e, 16);
const card: ContactCard = {
  identity: fill(0x1d, 32),
  endpoints: ['https://host.example/s'],
  inbox: fill(0x1b, 16),
  token: fill(0x70, 32),
};
const file = {
  name: 'ice.jpg',
  type: 'image/jpeg',
  size: 100_000,
  hash: fill(0xa5, 32),
  blob: fill(0xb0, 16),
  secret: fill(0x5e, 32),
  key: fill(0x4b, 32),
  pieceSize: 65_520,
  thumb: null,
  width: 640,
  height: 480,
  duration: 0,
};
const signature = fill(0x51, 64);
const list = {
  generation: 0,
  entries: [{ remove: false, device: fill(0xde, 32), by: 0, signature }],
};

const CONTENTS: readonly KnownContent[] = [
  { kind: 'text', text: 'полынья', reply: null, mentions: [person] },
  { kind: 'edit', target: id, text: 'open water', mentions: [] },
  { kind: 'delete', target: id },
  { kind: 'react', target: id, emoji: '\u{1f9ca}' },
  { kind: 'file', file, caption: '', reply: id, mentions: [] },
  { kind: 'receipt', delivered: 9, read: 7 },
  { kind: 'title', title: 'Family' },
  { kind: 'admin', person, on: true },
  { kind: 'leave' },
  { kind: 'profile', name: 'Ada', card },
  { kind: 'devices', list },
  { kind: 'own', note: { note: 'device', name: 'Firefox on a phone' } },
  { kind: 'own', note: { note: 'name', name: 'Ada' } },
  { kind: 'own', note: { note: 'block', person, on: true } },
  { kind: 'own', note: { note: 'backup', secret: fill(0xba, 32) } },
  {
    kind: 'own',
    note: {
      note: 'marks',
      log: fill(0x10, 16),
      pinned: true,
      muted: false,
      archived: false,
      unread: true,
    },
  },
  { kind: 'own', note: { note: 'draft', log: fill(0x10, 16), text: 'half a sen' } },
  {
    kind: 'own',
    note: { note: 'folders', folders: [{ name: 'Family', logs: [fill(0x10, 16)] }] },
  },
  { kind: 'own', note: { note: 'request', log: fill(0x10, 16), by: person, answer: 1 } },
  { kind: 'own', note: { note: 'compared', person, devices: [fill(0xd1, 32)] } },
  { kind: 'carried', text: 'the line is gone', note: fill(0xca, 3) },
  {
    kind: 'wrapped',
    text: '',
    after: 86_400,
    forwarded: true,
    said: { kind: 'text', text: 'gone tomorrow', reply: null, mentions: [] },
  },
  { kind: 'timer', text: '', after: 604_800 },
  { kind: 'poll', text: 'Tea?', options: ['Yes', 'No', 'Later'], several: false },
  { kind: 'vote', text: '', target: id, options: [0, 2] },
  { kind: 'close', text: '', target: id },
  { kind: 'record', text: '', record: fill(0xcb, 3) },
  {
    kind: 'silent',
    text: 'in the morning',
    after: 0,
    forwarded: false,
    said: { kind: 'text', text: 'in the morning', reply: null, mentions: [] },
  },
  { kind: 'pin', text: '', target: id, on: true },
];

const ABOUT: About = {
  direct: false,
  self: false,
  title: 'Family',
  inviter: person,
  people: [
    {
      root: fill(0x70, 32),
      name: 'Ada',
      admin: true,
      cards: [{ device: fill(0xde, 32), card }],
      by: null,
      leaving: false,
    },
  ],
  cameBy: [{ leaf: 2, person }],
  timer: 86_400,
};

/** The file content.json. */
export function contents() {
  const frame = { at: 1_790_000_000, seq: 8, hash: fill(0xa5, 6), authenticator: fill(0xe0, 4) };
  const whole = {
    welcome: fill(0x3e, 3),
    log: fill(0x10, 16),
    seq: 9,
    hash: fill(0xa5, 32),
    about: ABOUT,
    credential: null,
    missed: [
      {
        seq: 7,
        id,
        sender: person,
        at: 1_790_000_000,
        content: { kind: 'title' as const, title: 'Family' },
        evidence: null,
      },
    ],
  };
  return {
    about:
      'Sections 7 and 8. cbor: the plaintext of a message whose body is content; about and welcome in CBOR.',
    messages: CONTENTS.map((content) => {
      const message = { ...frame, body: content };
      return { message, cbor: encodeMessage(message) };
    }),
    told: { value: ABOUT, cbor: encodeCbor(about.encode(ABOUT)) },
    welcome: { value: whole, cbor: encodeCbor(welcome.encode(whole)) },
  };
}
