/** What the censor sees: every packet at the ISP's side of a network, recorded by tcpdump. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { type Packet, readCapture } from './pcap.ts';
import { HOSTS } from './plan.ts';

/** The port at which nobody listens (RFC 863). */
const DISCARD = 9;
const TRY = 50;
const TRIES = 100;

export class Capture {
  readonly #path: string;
  readonly #tcpdump: ChildProcess;

  private constructor(path: string, tcpdump: ChildProcess) {
    this.#path = path;
    this.#tcpdump = tcpdump;
  }

  /** Begins to record at a device. Resolves when nothing will be missed any more. */
  static async start(device: string, path: string): Promise<Capture> {
    // A slot of the kernel's ring is as long as what is kept of a packet: short ones make room for many.
    const ring = ['--immediate-mode', '-s', '2048', '-B', '16384'];
    const args = ['-i', device, '-w', path, '-U', '-n', ...ring, '-Z', 'root', 'ip'];
    const tcpdump = spawn('tcpdump', args, { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    await new Promise<void>((resolve, reject) => {
      // It is listened to until its end: it would not survive our hanging up.
      tcpdump.stderr.on('data', (part) => {
        said += String(part);
        if (/listening on .*\n/.test(said)) resolve();
      });
      tcpdump.once('close', () => reject(new Error(`tcpdump did not start: ${said.trim()}`)));
    });
    return new Capture(path, tcpdump);
  }

  /** What was recorded so far. */
  packets(): Packet[] {
    return readCapture(readFileSync(this.#path));
  }

  /** Ends it, and answers all that was recorded. */
  async stop(): Promise<Packet[]> {
    await this.#caughtUp();
    this.#tcpdump.kill('SIGTERM');
    if (this.#tcpdump.exitCode === null) await once(this.#tcpdump, 'close');
    const packets = this.packets();
    rmSync(this.#path);
    return packets;
  }

  /** Resolves when a packet that we send now has been recorded, and so all that were before it. */
  async #caughtUp(): Promise<void> {
    const mark = randomBytes(16);
    const socket = createSocket('udp4');
    for (let tries = 0; tries < TRIES && !this.packets().some(marked); tries++) {
      socket.send(mark, DISCARD, HOSTS.carol.address);
      socket.send(mark, DISCARD, HOSTS.ned.address);
      await pause(TRY);
    }
    socket.close();

    function marked({ payload }: Packet): boolean {
      return payload.equals(mark);
    }
  }
}
