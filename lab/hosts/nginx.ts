/** A real nginx on one of the lab's hosts, with the site that bridges and hidden servers show: what a prober holds them against. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { inHost } from '../network/build.ts';
import type { Certificate } from '../network/certificates.ts';
import { HOSTS, type HostName } from '../network/plan.ts';
import { writeSite } from './site-files.ts';

/** What it is, as it says itself: `nginx/1.22.1`; null where there is none. */
export function nginxHere(): string | null {
  const { stderr = '', status } = spawnSync('nginx', ['-v'], { encoding: 'utf8' });
  return status === 0 ? (/nginx\/[\d.]+/.exec(stderr)?.[0] ?? null) : null;
}

/**
 * Told nothing but what vectors/web-site.json says, what Debian has it told of types, its certificate, where it may write
 * and the versions of TLS that it has by itself since 1.27.3: before 1.23.4 it had no 1.3.
 */
const settings = (folder: string, site: string, { certPath, keyPath }: Certificate): string => `
daemon off;
master_process off;
pid ${folder}/pid;
error_log ${folder}/errors;
events {}
http {
  include /etc/nginx/mime.types;
  default_type application/octet-stream;
  access_log off;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  server {
    listen 443 ssl;
    ssl_certificate ${certPath};
    ssl_certificate_key ${keyPath};
    root ${site};
    ssl_protocols TLSv1.2 TLSv1.3;
    server_tokens off;
    gzip off;
    max_ranges 1;
    location / { try_files $uri $uri.html $uri/ =404; }
  }
}
`;

/** Starts it. The kernel ends it with the lab. @param folder that nobody used before @throws Error when it does not answer */
export async function startNginx(
  host: HostName,
  folder: string,
  certificate: Certificate,
  signal: AbortSignal,
): Promise<void> {
  const site = join(folder, 'site');
  writeSite(site);
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'nginx.conf');
  writeFileSync(path, settings(folder, site, certificate));
  const [program = '', ...before] = inHost(host);
  const nginx = spawn(program, [...before, 'nginx', '-p', folder, '-c', path], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  nginx.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  while (!(await answers(HOSTS[host].address))) {
    if (signal.aborted || hasEnded(nginx)) throw new Error(`nginx did not start: ${said}`);
    await pause(100);
  }
}

const hasEnded = ({ exitCode, signalCode }: ChildProcess) =>
  exitCode !== null || signalCode !== null;

async function answers(host: string): Promise<boolean> {
  const socket = connect({ host, port: 443 });
  const came = await once(socket, 'connect').then(
    () => true,
    () => false,
  );
  socket.destroy();
  return came;
}
