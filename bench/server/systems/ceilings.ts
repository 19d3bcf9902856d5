/** What the same machine does when nothing is sealed, or nothing is stored: Mosquitto, and a bare `ws`. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BareDialect } from '../dialects/bare.ts';
import { MqttDialect } from '../dialects/mqtt.ts';
import { freePort, launch, running } from './process.ts';
import type { System } from './system.ts';

const settings = (folder: string, port: number): string => `
listener ${port} 127.0.0.1
allow_anonymous true
max_connections -1
max_queued_messages 0
max_inflight_messages 0
set_tcp_nodelay true
persistence true
persistence_location ${folder}/
log_type error
user root
`;

export const mosquitto: System = {
  name: 'Mosquitto',
  package: { name: 'mosquitto', program: '/usr/sbin/mosquitto' },
  keeps: true,
  prepare: async () => undefined,
  start: async (_prepared, folder) => {
    const port = await freePort();
    const config = join(folder, 'mosquitto.conf');
    await writeFile(config, settings(folder, port));
    const child = launch(['/usr/sbin/mosquitto', '-c', config], folder);
    return running(child, () => new MqttDialect(port));
  },
};

export const bareWs: System = {
  name: 'bare ws',
  keeps: false,
  prepare: async () => undefined,
  start: async (_prepared, folder) => {
    const port = await freePort();
    const script = join(import.meta.dirname, 'bare-server.ts');
    const child = launch([process.execPath, script, `${port}`], folder);
    return running(child, () => new BareDialect(port));
  },
};
