/** The lab's own certificate authority (RFC 5280), by the openssl program: Node makes keys, but signs no certificates. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HOSTS, type HostName, type HostPlan } from './plan.ts';

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

export interface Certificate {
  readonly certPath: string;
  readonly keyPath: string;
}

export class CertificateAuthority {
  readonly #folder: string;
  /** What clients trust: NODE_EXTRA_CA_CERTS, or an NSS store. */
  readonly path: string;

  constructor(folder: string) {
    this.#folder = folder;
    this.path = join(folder, 'ca.pem');
    const subject = ['-subj', '/CN=Lab Root', '-days', '30'];
    const files = ['-keyout', join(folder, 'ca.key'), '-out', this.path];
    openssl('req', '-x509', ...NEW_KEY, ...subject, ...files);
  }

  get pem(): Buffer {
    return readFileSync(this.path);
  }

  /** A certificate for a host's name and address, as ACME has them issued for both (RFC 8738). */
  issue(host: HostName): Certificate {
    const { address, name }: HostPlan = HOSTS[host];
    const certPath = join(this.#folder, `${host}.pem`);
    const keyPath = join(this.#folder, `${host}.key`);
    const extensions = join(this.#folder, `${host}.ext`);
    const names = [...(name ? [`DNS:${name}`] : []), `IP:${address}`];
    writeFileSync(
      extensions,
      `subjectAltName=${names.join(',')}\nbasicConstraints=critical,CA:FALSE\nextendedKeyUsage=serverAuth\n`,
    );
    const request = openssl(
      'req',
      '-new',
      ...NEW_KEY,
      '-subj',
      `/CN=${name ?? address}`,
      '-keyout',
      keyPath,
    );
    const ca = ['-CA', this.path, '-CAkey', join(this.#folder, 'ca.key'), '-CAcreateserial'];
    const files = ['-extfile', extensions, '-out', certPath];
    openssl('x509', '-req', '-days', '30', ...ca, ...files, request);
    return { certPath, keyPath };
  }
}

/** Runs openssl; a last argument that is bytes is its standard input. Answers its standard output. */
function openssl(...args: (string | Buffer)[]): Buffer {
  const last = args.at(-1);
  const input = Buffer.isBuffer(last) ? last : undefined;
  const words = args.filter((arg) => typeof arg === 'string');
  return execFileSync('openssl', words, {
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(input && { input }),
  });
}
