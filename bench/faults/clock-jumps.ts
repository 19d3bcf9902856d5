/** A clock that is set ahead and back, by hours and by years, under load and over restarts. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Group } from '@polynya/server/test/load';
import { endProcess, startProcess } from '@polynya/server/test/server-process';
import type { Fault } from './fault.ts';

const DAY = 86_400_000;
/** Of a jump, in days. */
const REACHES = [0.1, 2, 40, 4_000];

export const clockJumps: Fault = async ({ rounds, random, folder }) => {
  const data = join(folder, 'data');
  let server = await startProcess(data);
  const group = await Group.on(server);
  for (let round = 0; round < rounds; round++) {
    const reach = REACHES[Math.floor(random() * REACHES.length)] ?? 1;
    // Every other round the clock is right again.
    const offset = round % 2 === 1 ? 0 : (random() < 0.5 ? -1 : 1) * reach * DAY;
    writeFileSync(`${data}.clock`, String(Math.round(offset)));
    await group.work(server, async () => {
      await group.acknowledgements(4);
      process.kill(server.pid, 'SIGUSR2');
      await group.acknowledgements(4 + random() * 8);
    });
    // Retention runs at each start.
    await endProcess(server, random() < 0.5 ? 'SIGKILL' : 'SIGTERM');
    server = await startProcess(data);
  }
  const verdict = await group.judge(server);
  await endProcess(server, 'SIGTERM');
  return verdict;
};
