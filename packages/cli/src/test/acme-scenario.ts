/**
 * Program, in a network of its own: an authority (pebble), a resolver that says this machine for every name, and
 * `polynya bridge --acme` three times. Prints as JSON what each showed at port 443 and said of it.
 *
 *     node acme-scenario.ts FOLDER
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { connect as reach } from 'node:net';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { selfSigned } from '@polynya/server/bridge/self-signed';

const MAIN = join(import.meta.dirname, '..', 'main.ts');
const [, , folder = ''] = process.argv;
const NAME = 'bakery.test';
const API = 14_000;

export interface Shown {
  readonly names: string | undefined;
  readonly issuer: string | undefined;
  readonly serial: string;
}

async function listening(port: number): Promise<void> {
  for (;;) {
    const socket = reach(port, '127.0.0.1');
    const open = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function shown(): Promise<Shown> {
  const socket = connect({ port: 443, host: '127.0.0.1', rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const { subjectaltname: names, issuer, serialNumber: serial } = socket.getPeerCertificate();
  socket.destroy();
  return { names, issuer: issuer.CN?.toString(), serial };
}

/** Runs a bridge until it says this in its notes, or until it stands where nothing is waited for. */
async function bridge(said?: RegExp): Promise<Shown & { readonly notes: string }> {
  const args = [
    ...['bridge', '--to', 'http://127.0.0.1:1/s', '--data', join(folder, 'bridge')],
    ...['--acme', NAME, '--acme', '127.0.0.1'],
    ...['--acme-directory', `https://127.0.0.1:${API}/dir`, '--acme-contact', 'host@bakery.test'],
  ];
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: join(folder, 'api.pem') };
  const child = spawn(process.execPath, [MAIN, ...args], { env });
  let notes = '';
  const note = new Promise<void>((resolve) => {
    child.stderr.on('data', (text) => {
      notes += text;
      if (said?.test(notes)) resolve();
    });
  });
  const ended = once(child, 'close');
  await Promise.race([listening(443), ended]);
  if (said) await Promise.race([note, ended]);
  const certificate = await shown();
  child.kill('SIGTERM');
  await ended;
  return { ...certificate, notes };
}

const { cert, key } = selfSigned('127.0.0.1');
writeFileSync(join(folder, 'api.pem'), cert);
writeFileSync(join(folder, 'api.key'), key);
const settings = {
  ...{ listenAddress: `127.0.0.1:${API}`, managementListenAddress: '127.0.0.1:15000' },
  ...{ certificate: join(folder, 'api.pem'), privateKey: join(folder, 'api.key') },
  ...{ httpPort: 80, tlsPort: 443, externalAccountBindingRequired: false },
};
writeFileSync(join(folder, 'pebble.json'), JSON.stringify({ pebble: settings }));

// While the authority does not answer, with a line that says so.
const without = await bridge(/No certificate/);
const off = ['-http01', '', '-https01', '', '-tlsalpn01', '', '-defaultIPv6', ''];
spawn('pebble-challtestsrv', [...off, '-dns01', '127.0.0.1:8053', '-management', '127.0.0.1:8055']);
spawn('pebble', ['-config', join(folder, 'pebble.json'), '-dnsserver', '127.0.0.1:8053'], {
  env: { ...process.env, PEBBLE_VA_NOSLEEP: '1', PEBBLE_WFE_NONCEREJECT: '0' },
});
await listening(API);
await listening(8_053);
let first = await bridge(/certificate for .*\.\n/i);
// An authority waits for seconds alone, and a loaded machine may be late: each start asks again.
for (let start = 1; start < 4 && first.notes.startsWith('No'); start++) {
  first = await bridge(/certificate for .*\.\n/i);
}
const again = await bridge();
const kept = join(folder, 'bridge', 'acme', 'certificate.pem');
const mode = existsSync(kept) ? statSync(kept).mode & 0o777 : 0;
const pem = existsSync(kept) ? readFileSync(kept, 'latin1').match(/BEGIN [A-Z ]+/g) : [];
console.log(JSON.stringify({ without, first, again, mode, pem }));
process.exit(0);
