/** Two members who share a chat, each made as people make them: by an invite, and by an invite from the other. */
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Diagnosis } from '../diagnosis.ts';
import type { HostName } from '../network/plan.ts';
import { BrowserMember } from './browser-member.ts';
import { Member, type PolynyaServer } from './polynya.ts';
import type { Talker } from './talk.ts';

/** ms */
const MEETING = 30_000;

export interface PairPlan {
  readonly hosts: readonly [HostName, HostName];
  /** A folder that nobody used before. */
  readonly folder: string;
  readonly caPath: string;
  /** Told apart from all other words that may cross a wire. */
  readonly names: readonly [string, string];
  /** The second is at a real browser, the first at a terminal as ever. */
  readonly browser?: boolean | undefined;
}

export class Pair {
  readonly first: Member;
  readonly second: Member | BrowserMember;
  /** The links that were used, and the one that is not used yet. */
  readonly links: string[] = [];
  /** What a code that was shown at home holds and nobody else may read. */
  nearSecret: string | null = null;
  /** The chat as each of them calls it. */
  readonly chats: [string, string] = ['', ''];

  constructor({ hosts: [here, there], folder, caPath, names: [one, other], browser }: PairPlan) {
    this.first = new Member(here, one, folder, caPath);
    const own = { host: there, folder: join(folder, 'browser'), caPath };
    this.second = browser
      ? new BrowserMember(other, one, own)
      : new Member(there, other, folder, caPath);
  }

  /** Where the second has to be at a terminal. @throws Error where it is at a browser */
  get secondAtTerminal(): Member {
    if (this.second instanceof Member) return this.second;
    throw new Error('what only the terminal does was asked of a browser');
  }

  /**
   * The first comes by the host's link, which tells the bridges of a shelf, and makes one for the second.
   * @param through the one through a bridge @throws Error where there is none
   */
  async begin(server: PolynyaServer, shelf: number, through = false): Promise<string> {
    const hostLink = await server.invite(shelf);
    await this.first.does('join', [hostLink, '--name', this.first.name]);
    const made = JSON.parse(await this.first.does('invite-to', ['--json'])) as InviteLinks;
    const link = through ? made.through : made.link;
    if (link === null) throw new Error('no bridge hands out the page');
    this.chats[0] = await this.first.chat();
    this.links.push(hostLink, link);
    return link;
  }

  /** The second comes by that link. @param ms how long it may take */
  async complete(link: string, ms?: number): Promise<void> {
    this.chats[1] = await this.second.arrive(link, ms);
  }

  /** Opens the chat for both. */
  talk(): [Talker, Talker] {
    const [here, there] = this.chats;
    return [this.first.talks(here), this.second.talks(there)];
  }

  /** The same, to be heard in the network that they share: a page by the code that the terminal shows. */
  near(): [Talker, Talker] {
    const [here, there] = this.chats;
    const first = this.first.talks(here, { near: true });
    const { second } = this;
    if (second instanceof Member) return [first, second.talks(there, { near: true })];
    const code = first.code().then((shown) => {
      this.nearSecret = /\/([\w-]{22})#/.exec(shown)?.[1] ?? null;
      if (this.nearSecret === null) throw new Error(`a code without a secret: ${shown}`);
      return shown;
    });
    return [first, second.talks(there, code)];
  }

  /** Both are there for a while, and say nothing. @param ms */
  async stay(ms: number): Promise<void> {
    const both = this.talk();
    await pause(ms);
    await Promise.all(both.map((each) => each.stop()));
  }

  /** The first, who was away when the second came, hears of it: nobody else's word counts past the server. */
  async meet(): Promise<void> {
    const known = async () =>
      (await this.first.does('people', [this.chats[0]])).includes(this.second.name);
    for (const end = Date.now() + MEETING; !(await known()); ) {
      if (Date.now() > end) throw new Error('the first never heard that the second came');
    }
  }

  /** What they say is being done to their lines, once each: the first by `polynya doctor`, one at a browser by its page. */
  async diagnoses(of: readonly Witness[]): Promise<Said[]> {
    const said: Said[] = [];
    if (of.includes('terminal'))
      said.push({ by: 'terminal', diagnosis: await this.first.diagnosis() });
    if (of.includes('page') && this.second instanceof BrowserMember) {
      said.push({ by: 'page', ...(await saidByPage(this.second)) });
    }
    return said;
  }

  get addresses(): string[] {
    return [this.first.address, this.second.address];
  }
}

/** Who is asked what is being done to a line. */
export type Witness = 'terminal' | 'page';

export interface Said {
  readonly by: Witness;
  readonly diagnosis: Diagnosis | null;
  /** Why there is none, for a person. */
  readonly why?: string;
  /** What would be right, and when that was, where what is done to the line changes. */
  readonly right?: { readonly answers: readonly Diagnosis[]; readonly when: string };
}

async function saidByPage(member: BrowserMember): Promise<Omit<Said, 'by'>> {
  try {
    return { diagnosis: await member.diagnosis() };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { diagnosis: null, why: error.message.split('\n')[0] ?? '' };
  }
}

/** What `polynya invite-to --json` prints. */
interface InviteLinks {
  readonly link: string;
  readonly through: string | null;
}
