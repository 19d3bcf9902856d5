/**
 * A server's certificates from an authority: kept in the data folder, got when there is none, renewed in time. Nothing
 * waits for them: while there is none, the server shows one of its own making.
 */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import type { Clock } from '@polynya/reach/clock';
import { selfSigned } from '../bridge/self-signed.ts';
import { StorageError } from '../engine/engine.ts';
import type { Certified, Tls } from '../http/tls-options.ts';
import { createFile } from '../kept/durable-file.ts';
import { makeDataDir } from '../kept/server-state.ts';
import { Challenges } from './challenges.ts';
import { type Authority, newAccountKey, orderCertificate } from './order.ts';

/** How often to look whether it is time, in ms: timers of weeks do not outlive a machine's sleep. */
const LOOK_MS = 3_600_000;
/** After a failure, in ms, and twice as long after each further one: authorities count failures by the hour. */
const AGAIN_MS = 600_000;
const LONGEST_MS = 12 * 3_600_000;

export interface CertificatesOptions extends Authority {
  /** DNS names and IP addresses, at least one: what the certificate is for. */
  readonly names: readonly string[];
  /** A data folder; keys and certificates are in `acme` below it. */
  readonly dataDir: string;
  readonly clock: Clock;
  /** Hears in a sentence of each certificate, and of each failure. */
  readonly tell: (sentence: string) => void;
}

export interface Certificates extends Required<Certified> {
  /** From now on, with the port listening, gets and renews what is needed. What is returned ends that. */
  keep(): () => void;
}

/** What there is, or a certificate of our own making. @throws StorageError */
export function openCertificates(options: CertificatesOptions): Certificates {
  const { names, clock, tell } = options;
  const folder = join(options.dataDir, 'acme');
  makeDataDir(folder);
  const challenges = new Challenges();
  const told: ((next: Tls) => void)[] = [];
  let current = load(folder, names);
  let failures = 0;

  const renew = async (): Promise<void> => {
    try {
      const accountKey = await account(folder);
      const next = await orderCertificate(names, options, accountKey, challenges);
      createFile(certificatePath(folder), Buffer.from(`${next.key}${next.cert}`));
      current = next;
      failures = 0;
      for (const each of told) each(next);
      tell(`A certificate for ${names.join(', ')} came, good until ${day(endOf(next))}.`);
    } catch (error) {
      failures++;
      const why = error instanceof Error ? error.message : String(error);
      const meanwhile = current ? 'the old one goes on' : 'clients see one of our own making';
      tell(`No certificate for ${names.join(', ')} came (${why}): ${meanwhile}.`);
    }
  };

  const shown = current ?? selfSigned(names[0] ?? '');
  return {
    ...shown,
    renewed: (tell) => told.push(tell),
    challenge: challenges.find,
    keep: () => {
      let stop: (() => void) | undefined;
      let ended = false;
      const look = async (): Promise<void> => {
        if (!current || clock.now() >= dueAt(current)) await renew();
        if (ended) return;
        const wait = failures > 0 ? AGAIN_MS * 2 ** (failures - 1) : LOOK_MS;
        stop = clock.setTimeout(() => void look(), Math.min(wait, LONGEST_MS));
      };
      void look();
      return () => {
        ended = true;
        stop?.();
      };
    },
  };
}

function certificatePath(folder: string): string {
  return join(folder, 'certificate.pem');
}

/** With its key in one file, so that there is never one without the other; undefined unless it is for these names. */
function load(folder: string, names: readonly string[]): Tls | undefined {
  const path = certificatePath(folder);
  try {
    if (!existsSync(path)) return undefined;
    const pem = readFileSync(path);
    const certificate = new X509Certificate(pem);
    const covered = names.every((name) =>
      isIP(name) === 0 ? certificate.checkHost(name) : certificate.checkIP(name),
    );
    const ours = certificate.checkPrivateKey(createPrivateKey(pem));
    return covered && ours ? { cert: pem, key: pem } : undefined;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new StorageError('unavailable', `The file ${path} cannot be used (${why}).`, error);
  }
}

async function account(folder: string): Promise<Buffer> {
  const path = join(folder, 'account-key.pem');
  if (!existsSync(path)) createFile(path, await newAccountKey());
  return readFileSync(path);
}

/** After two thirds of its time, in ms since 1970: weeks before the end of one of months, days before that of one of days. */
function dueAt({ cert }: Tls): number {
  const { validFromDate, validToDate } = new X509Certificate(cert);
  return validFromDate.getTime() + (2 / 3) * (validToDate.getTime() - validFromDate.getTime());
}

function endOf({ cert }: Tls): Date {
  return new X509Certificate(cert).validToDate;
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}
