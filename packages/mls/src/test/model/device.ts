/** A member's device in the model: its state, where it stands in the log, and what it has put off reading. */

import { EMPTY } from '@polynya/crypto/bytes';
import { decode } from '../../codec/codec.ts';
import { changesBetween, restoreKept } from '../../engine/records.ts';
import type { SignedContent } from '../../framing/framed-content.ts';
import { mlsMessage } from '../../framing/mls-message.ts';
import type { Environment } from '../../group/environment.ts';
import { openPrivateMessage, openPublicMessage } from '../../group/open-message.ts';
import { processCommit } from '../../group/process-commit.ts';
import { takeProposal } from '../../group/propose.ts';
import type { GroupState } from '../../group/state.ts';
import { mlsExporter } from '../../schedule/key-schedule.ts';
import { EXPORTER_LABEL } from '../peers/peer.ts';

/** What the delivery service stored, in order. */
export interface Entry {
  readonly kind: 'commit' | 'proposal' | 'message';
  readonly epoch: number;
  readonly by: Device;
  readonly bytes: Uint8Array;
  /** Of a message: what it says. */
  readonly text?: string;
}

export interface Staged {
  readonly entry: Entry;
  readonly state: GroupState;
}

export class Device {
  readonly name: string;
  readonly env: Environment;
  /** The epoch in which it came. */
  readonly since: number;
  state: GroupState;
  /** The number of the entry that it reads next. */
  at: number;
  removed = false;
  staged: Staged | undefined;
  /** Messages that reach it late. */
  readonly late: Entry[] = [];
  readonly opened: Entry[] = [];

  constructor(name: string, env: Environment, state: GroupState, at: number) {
    this.name = name;
    this.env = env;
    this.state = state;
    this.since = Number(state.context.epoch);
    this.at = at;
  }

  get epoch(): number {
    return Number(this.state.context.epoch);
  }

  /** What every member of the epoch has to agree on. */
  view(): string {
    const { secrets, context } = this.state;
    const exported = mlsExporter(this.env.suite, secrets.exporterSecret, EXPORTER_LABEL, EMPTY, 32);
    const parts = [secrets.epochAuthenticator, exported, context.treeHash];
    return parts.map((part) => Buffer.from(part).toString('hex')).join(' ');
  }

  async #open(bytes: Uint8Array) {
    const message = decode(mlsMessage, bytes);
    if (message.format === 'privateMessage') {
      return openPrivateMessage(this.env, this.state, message.privateMessage);
    }
    if (message.format === 'publicMessage') {
      return openPublicMessage(this.env, this.state, message.publicMessage);
    }
    throw new Error('a framed message was expected');
  }

  /** Another device's Commit or proposal. */
  async follow(entry: Entry): Promise<void> {
    const { state, signed } = await this.#open(entry.bytes);
    if (entry.kind === 'proposal') this.state = await takeProposal(this.env, state, signed);
    else await this.#commit(state, signed);
  }

  async #commit(state: GroupState, signed: SignedContent): Promise<void> {
    const processed = await processCommit(this.env, state, signed);
    this.staged = undefined;
    if (processed.state === null) this.removed = true;
    else this.state = processed.state;
  }

  /** The own Commit was taken: what it staged, with the ratchets that turned since. */
  adopt(): void {
    if (this.staged === undefined) throw new Error('nothing is staged');
    const latest = [this.state, ...this.state.past];
    const past = this.staged.state.past.map((one) => {
      const same = latest.find(({ context }) => context.epoch === one.context.epoch);
      return { ...one, secretTree: same?.secretTree ?? one.secretTree };
    });
    this.state = { ...this.staged.state, past };
    this.staged = undefined;
  }

  async read(entry: Entry): Promise<string> {
    const { state, signed } = await this.#open(entry.bytes);
    const { body } = signed.content;
    if (body.kind !== 'application') throw new Error('a message was expected');
    this.state = state;
    this.opened.push(entry);
    return new TextDecoder().decode(body.data);
  }

  /** Stored and restored. The staged Commit and pending proposals are read from the log again, so they stay. */
  restart(): void {
    const { proposals, ...rest } = this.state;
    const kept = { base: this.state, member: { ...rest, proposals: [] } };
    const records = changesBetween(null, kept).flatMap(({ name, value }) =>
      value === null ? [] : [[name, value.slice()] as const],
    );
    const { member } = restoreKept(new Map(records));
    if (member === null) throw new Error('a member was stored');
    this.state = { ...member, proposals };
  }
}
