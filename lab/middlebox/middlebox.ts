/**
 * The censor's machine, in the ISP's own namespace: nft rules for what the kernel can do, the proxy for what
 * needs state, and the ISP's resolver. One technique (or several) is put in place and lifted as a whole.
 */
import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';
import { serveDns } from '../hosts/dns-server.ts';
import {
  addressOf,
  GATEWAYS,
  HOSTS,
  hostNames,
  NAMESERVER,
  portOf,
  SUBNETS,
} from '../network/plan.ts';
import { nodesHello } from './nodes-hello.ts';
import { InlineProxy, type Inspector, TLS_PORT } from './proxy.ts';

const run = promisify(execFile);
const LAN = GATEWAYS.lan.device;

/** What a technique may do, before it is put in place. */
export interface Rules {
  /** An nft rule for packets from homes; replies and packets between homes never meet it. */
  up(rule: string): void;
  /** An nft rule for packets to homes. */
  down(rule: string): void;
  /** An nft rule of the nat kind for connections from homes. */
  nat(rule: string): void;
  /** A named nft set, as `name { ... }`. */
  set(declaration: string): void;
  /** Sends TLS connections from homes through the proxy, and asks `inspector` about each. */
  inspect(inspector: Inspector): void;
  /** Takes homes off every network, each other's too. */
  unplug(): void;
  /** Names that the ISP's resolver has no more. */
  removeNames(names: readonly string[]): void;
  /** Adds to a named set once it is in place, for so many seconds if given. */
  add(set: string, element: string, seconds?: number): Promise<void>;
  /** Notes what was done to whom, for whoever judges a run. */
  note(event: string): void;
  /** JA4's hashes of Node's own ClientHello. */
  readonly nodesHello: string;
}

export class Middlebox {
  readonly #proxy = new InlineProxy();
  #removed: readonly string[] = [];
  #nodesHello = '';
  #plugged = true;
  /** What techniques have noted since they were put in place. */
  events: string[] = [];

  async start(): Promise<void> {
    this.#nodesHello = await nodesHello();
    await this.#proxy.start();
    await serveDns(NAMESERVER, (name) =>
      this.#removed.includes(name) ? undefined : addressOf(name),
    );
  }

  /** Puts in place what `design` says, in place of all that was. */
  async impose(design: (rules: Rules) => void): Promise<void> {
    const chains = { up: [] as string[], down: [] as string[], nat: [] as string[] };
    const sets: string[] = [];
    const inspectors: Inspector[] = [];
    const removed: string[] = [];
    const events: string[] = [];
    let plugged = true;
    design({
      up: (rule) => chains.up.push(rule),
      down: (rule) => chains.down.push(rule),
      nat: (rule) => chains.nat.push(rule),
      set: (declaration) => sets.push(declaration),
      inspect: (inspector) => inspectors.push(inspector),
      unplug: () => {
        plugged = false;
      },
      removeNames: (names) => removed.push(...names),
      add,
      note: (event) => events.push(event),
      nodesHello: this.#nodesHello,
    });
    if (inspectors.length > 0) {
      chains.nat.push(`tcp dport ${TLS_PORT} redirect to :ip daddr map { ${this.#proxy.ports} }`);
    }
    this.#proxy.inspectors = inspectors;
    this.#removed = removed;
    this.events = events;
    nft(ruleset(sets, chains));
    if (plugged !== this.#plugged) plug(plugged);
    this.#plugged = plugged;
    await this.#proxy.judgeAnew();
  }

  /** No censor any more. */
  async lift(): Promise<void> {
    await this.impose(() => undefined);
  }
}

/** Where a packet is seen: before it is redirected on the way up, after that is undone on the way down. */
function ruleset(
  sets: readonly string[],
  { up, down, nat }: Readonly<Record<'up' | 'down' | 'nat', readonly string[]>>,
): string {
  return `
table ip lab
delete table ip lab
table ip lab {
${sets.map((set) => `  set ${set}`).join('\n')}
  chain up {
    type filter hook prerouting priority mangle;
    iifname != "${LAN}" accept
    ip daddr ${SUBNETS.lan} accept
    ${up.join('\n    ')}
  }
  chain down {
    type filter hook postrouting priority 150;
    oifname != "${LAN}" accept
    ip saddr ${SUBNETS.lan} accept
    ${down.join('\n    ')}
  }
  chain nat {
    type nat hook prerouting priority dstnat;
    iifname != "${LAN}" accept
    ${nat.join('\n    ')}
  }
}
`;
}

function plug(plugged: boolean): void {
  for (const host of hostNames.filter((name) => HOSTS[name].network === 'lan')) {
    execFileSync('ip', ['link', 'set', portOf(host), plugged ? 'up' : 'down']);
  }
}

function nft(input: string): void {
  execFileSync('nft', ['-f', '-'], { input, stdio: ['pipe', 'ignore', 'pipe'] });
}

async function add(set: string, element: string, seconds?: number): Promise<void> {
  const timeout = seconds === undefined ? '' : ` timeout ${seconds}s`;
  await run('nft', ['add', 'element', 'ip', 'lab', set, `{ ${element}${timeout} }`]);
}
