/** Program: somebody who reads a few pages of a site over HTTPS, one after the other on one connection, and goes. */
import { Agent, get } from 'node:https';
import { setTimeout as pause } from 'node:timers/promises';

const [origin = '', ...paths] = process.argv.slice(2);
/** Between one page and the next at most, ms: somebody who looks for something. */
const LOOKING = 600;
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

function read(path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    get(new URL(path, origin), { agent }, (response) => {
      response.resume().on('end', resolve).on('error', reject);
    }).on('error', reject);
  });
}

for (const path of paths) {
  await read(path);
  await pause(Math.random() * LOOKING);
}
agent.destroy();
console.log('ready');
