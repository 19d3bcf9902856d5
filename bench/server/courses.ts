/** The works, by the words that name them on the command line. Each is done on a server that was just started. */
import type { Measured } from './row.ts';
import type { Running, System } from './systems/system.ts';
import { drain, TEXTS } from './works/drain.ts';
import { group } from './works/group.ts';
import { oneToOne } from './works/one-to-one.ts';

export interface Stand {
  readonly system: System;
  /** Starts the system anew; who calls it stops it. */
  readonly start: () => Promise<Running>;
}

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
