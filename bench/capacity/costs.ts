/** The figures that a capacity follows from: what was measured, what was published, what has to be assumed. */

/** Measured by `measure.ts`. Seconds of one core, and bytes. */
export interface Costs {
  /** Taken in, checked, stored and acknowledged: of the server's core, and of the database's. */
  readonly serverPerMessage: number;
  readonly databasePerMessage: number;
  /** To one who watches. */
  readonly serverPerDelivery: number;
  /** Session, keys, buffers and a watched log. */
  readonly bytesPerConnection: number;
  readonly storedPerMessage: number;
  readonly walPerMessage: number;
}

export interface Rate {
  readonly name: string;
  /** A day, of one person. */
  readonly messages: number;
  readonly source: string;
}

export const RATES: readonly Rate[] = [
  {
    name: 'WhatsApp',
    messages: 50,
    source:
      '100 billion messages a day (M. Zuckerberg, Facebook earnings call, 29 October 2020), two billion users (WhatsApp, 12 February 2020)',
  },
  {
    name: 'Telegram',
    messages: 150,
    source:
      '15 billion messages delivered a day, 100 million monthly users (telegram.org/blog/100-million, 23 February 2016); deliveries, so more than were sent',
  },
];

/** What nobody publishes, and what a host may know better: each can be set by an option of the same name. */
export const ASSUMED = {
  /** Of all people, connected at the busiest moment. */
  online: 0.25,
  /** The busiest hour over the average one. */
  peak: 2.5,
  /** The busiest minutes of the year over the busiest hour of a usual day. */
  burst: 2,
  /** Of messages, those said in groups. */
  inGroups: 0.4,
  /** Members of the group that such a message is said in, on average. */
  group: 12,
  /** Receipts and changes of keys, for each message that is said: entries like others. */
  besides: 1.2,
  /** Bytes of files, a person and day, and how many times each is fetched. */
  fileBytes: 1_000_000,
  fetched: 3,
  days: 30,
  /** Of a core, of memory and of disk: what is to be used at the busiest moment. */
  use: 0.6,
  /** Copies of the database: a primary and its synchronous standby. */
  copies: 2,
  /** Dollars a month: a core with 4 GB, a GB of solid-state disk, a TB of traffic. */
  core: 12,
  disk: 0.08,
  traffic: 2,
} as const;

export type Assumed = { readonly [Name in keyof typeof ASSUMED]: number };

/** On the wire, padded and with its acknowledgement (docs/protocol.md, `bench -- wire`): up, and down to each. */
export const WIRE = { up: 576, down: 304 } as const;
