/** Two members who share a chat, each made as people make them: by an invite, and by an invite from the other. */
import type { HostName } from '../network/plan.ts';
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
}

export class Pair {
  readonly first: Member;
  readonly second: Member;
  /** The links that were used, and the one that is not used yet. */
  readonly links: string[] = [];
  /** The chat as each of them calls it. */
  readonly chats: [string, string] = ['', ''];

  constructor({ hosts, folder, caPath, names }: PairPlan) {
    this.first = new Member(hosts[0], names[0], folder, caPath);
    this.second = new Member(hosts[1], names[1], folder, caPath);
  }

  /** The first comes by the host's link, which tells the bridges of a shelf, and makes one for the second. */
  async begin(server: PolynyaServer, shelf: number): Promise<string> {
    const hostLink = await server.invite(shelf);
    await this.first.does('join', [hostLink, '--name', this.first.name]);
    const link = linkIn(await this.first.does('invite-to', []));
    this.chats[0] = await this.first.chat();
    this.links.push(hostLink, link);
    return link;
  }

  /** The second comes by that link. @param ms how long it may take */
  async complete(link: string, ms?: number): Promise<void> {
    const said = await this.second.does('join', [link, '--name', this.second.name], ms);
    this.chats[1] = /polynya read (\S+)/.exec(said)?.[1] ?? '';
  }

  /** Opens the chat for both. @param near also to be heard in the network that they share */
  talk({ near = false } = {}): [Talker, Talker] {
    const [here, there] = this.chats;
    return [this.first.talks(here, { near }), this.second.talks(there, { near })];
  }

  /** The first, who was away when the second came, hears of it: nobody else's word counts past the server. */
  async meet(): Promise<void> {
    const known = async () =>
      (await this.first.does('people', [this.chats[0]])).includes(this.second.name);
    for (const end = Date.now() + MEETING; !(await known()); ) {
      if (Date.now() > end) throw new Error('the first never heard that the second came');
    }
  }

  get addresses(): string[] {
    return [this.first.address, this.second.address];
  }
}

function linkIn(text: string): string {
  const link = /^https?:\/\/\S+#\S+$/m.exec(text)?.[0];
  if (!link) throw new Error(`no link in: ${text}`);
  return link;
}
