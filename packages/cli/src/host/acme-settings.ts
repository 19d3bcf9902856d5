/** What a host says of certificates that are fetched (ACME): for which names, from which authority. */
import { isIP } from 'node:net';
import { openCertificates } from '@polynya/server/acme/certificates';
import type { Authority } from '@polynya/server/acme/order';
import { Failure } from '../failure.ts';
import { note, type Terminal } from '../terminal.ts';
import { hostClock } from './host-clock.ts';

/** Of Let's Encrypt, which issues for addresses under a profile of certificates that live for six days. */
const LETS_ENCRYPT = 'https://acme-v02.api.letsencrypt.org/directory';
const FOR_ADDRESSES = 'shortlived';
/** Where an authority looks (RFC 8737). */
export const ACME_PORT = 443;

const DNS_NAME = /^(?=.{1,253}$)([a-z\d]([a-z\d-]{0,61}[a-z\d])?\.)+[a-z][a-z\d-]{0,61}[a-z\d]$/i;

export interface AcmeSettings extends Authority {
  readonly names: readonly string[];
}

/** As written in the file or on the command line. */
export interface GivenAcme {
  readonly names: readonly string[];
  readonly directory?: string | undefined;
  readonly contact?: string | undefined;
  readonly profile?: string | undefined;
}

/** Undefined if no names are given. @throws Failure for what is no name, address, directory or mail address */
export function acmeSettings(given: GivenAcme): AcmeSettings | undefined {
  const { names, directory = LETS_ENCRYPT, contact } = given;
  if (names.length === 0) return undefined;
  for (const name of names) {
    if (isIP(name) === 0 && !DNS_NAME.test(name)) {
      const wanted = 'takes names like example.org and addresses like 203.0.113.5';
      throw new Failure(`--acme (acme.names) ${wanted}, not "${name}".`, 2);
    }
  }
  if (!URL.canParse(directory) || new URL(directory).protocol !== 'https:') {
    throw new Failure(`acme.directory takes an https URL, not "${directory}".`, 2);
  }
  if (contact !== undefined && !/^[^@\s,]+@[^@\s,]+$/.test(contact)) {
    throw new Failure(`acme.contact takes a mail address, not "${contact}".`, 2);
  }
  const short = directory === LETS_ENCRYPT && names.some((name) => isIP(name) !== 0);
  const profile = given.profile ?? (short ? FOR_ADDRESSES : undefined);
  return {
    ...{ names, directory },
    ...(contact !== undefined && { contact }),
    ...(profile !== undefined && { profile }),
  };
}

/** The certificates in a data folder, and sentences about them for the host. @throws StorageError */
export function certificatesOf(settings: AcmeSettings, dataDir: string, terminal: Terminal) {
  const tell = (sentence: string) => note(terminal, sentence);
  return openCertificates({ ...settings, dataDir, clock: hostClock, tell });
}

/** Where people find what has a certificate for these names, at the usual port. */
export function acmeUrls({ names }: AcmeSettings): string[] {
  return names.map((name) => `https://${name.includes(':') ? `[${name}]` : name}`);
}
