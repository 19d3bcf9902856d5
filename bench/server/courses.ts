/** The works, by the words that name them on the command line. Each is done on a server that was just started. */
import type { Measured } from './row.ts';
import type { Running, System } from './systems/system.ts';
import { bytes } from './works/bytes.ts';
import { coldStart } from './works/cold-start.ts';
import { drain, TEXTS } from './works/drain.ts';
import { group } from './works/group.ts';
import { IDLERS, idle } from './works/idle.ts';
import { logsOnDisk } from './works/logs-on-disk.ts';
import { oneToOne } from './works/one-to-one.ts';

export interface Stand {
  readonly system: System;
  /** Starts the system anew; who calls it stops it. */
  readonly start: () => Promise<Running>;
  /** An empty one. */
  readonly folder: () => Promise<string>;
  /** Counted from 0. */
  readonly round: number;
}

const SIZES = [1_000, 10_000, 100_000, 1_000_000];
/** ms in which as many of these sizes are measured as can be. */
const GROWING = 600_000;

export type Course = (stand: Stand) => Promise<Measured[]>;

export const courses: Readonly<Record<string, Course>> = {
  'one-to-one': async (stand) => [...(await texts(stand, 100)), ...(await texts(stand, 1_000))],
  group: async (stand) => [...(await room(stand, 100)), ...(await room(stand, 1_000))],
  drain: async (stand) => {
    if (!stand.system.keeps) return [];
    const done = await onServer(stand, async (running) => drain(running.dialect(), running.pid));
    const work = `${TEXTS} texts of 100 B for somebody away`;
    return [
      { work: `${work}: store`, unit: 's', ...done.store },
      { work: `${work}: drain`, unit: 's', ...done.drain },
    ];
  },
  // Takes minutes, and hardly differs from run to run.
  idle: async (stand) => {
    if (stand.round > 0) return [];
    const done = await onServer(stand, ({ dialect, pid }) => idle(dialect(), pid));
    return [{ work: `memory of each of ${IDLERS} idle connections`, unit: 'KB', ...done }];
  },
  start: async ({ start }) => {
    const { ready, resident } = await coldStart(start);
    return [
      { work: 'cold start to the first answer', unit: 'ms', ...ready },
      { work: 'memory at rest', unit: 'MB', ...resident },
    ];
  },
  bytes: async (stand) => {
    const { first, next } = await onServer(stand, ({ dialect }) => bytes(dialect()));
    return [
      { work: 'two connect, a first text of 100 B is delivered', unit: 'B', ...first },
      { work: 'each further text of 100 B', unit: 'B', ...next },
    ];
  },
  disk: async ({ system, folder, round }) => {
    if (system.name !== 'Polynya' || round > 0) return [];
    const costs = await logsOnDisk(await folder(), SIZES, performance.now() + GROWING);
    return costs.flatMap(({ logs, append, watch }) => [
      { work: `processor for an append, ${logs} logs on disk`, unit: 'us', ...append },
      { work: `processor for an open and watch, ${logs} logs on disk`, unit: 'us', ...watch },
    ]);
  },
};

async function texts(stand: Stand, bytes: number): Promise<Measured[]> {
  const done = await onServer(stand, ({ dialect, pid }) => oneToOne(dialect(), pid, bytes));
  const work = `1:1, ${bytes} B`;
  return [
    { work, unit: 'texts/s', ...done.full },
    { work: `${work}, at half load`, unit: 'texts/s', ...done.half },
    { work: `${work}, of the server's processor`, unit: 'texts/s', ...done.perProcessorSecond },
  ];
}

async function room(stand: Stand, members: number): Promise<Measured[]> {
  const done = await onServer(stand, ({ dialect, pid }) => group(dialect(), pid, members));
  const work = `group of ${members}`;
  return [
    { work, unit: 'deliveries/s', ...done.full },
    {
      work: `${work}, of the server's processor`,
      unit: 'deliveries/s',
      ...done.perProcessorSecond,
    },
  ];
}

async function onServer<T>(stand: Stand, work: (running: Running) => Promise<T>): Promise<T> {
  const running = await stand.start();
  const dialects: { close(): void }[] = [];
  const dialect: Running['dialect'] = () => {
    const made = running.dialect();
    dialects.push(made);
    return made;
  };
  try {
    return await work({ ...running, dialect });
  } finally {
    for (const one of dialects) one.close();
    await running.stop();
  }
}
