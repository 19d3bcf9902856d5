/**
 * One device lets another in (docs/protocol.md section 9). Both sides run here, each as a walk through the steps whose
 * place `view` shows; whatever goes wrong ends the walk, and nothing of it stays behind.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { equal, fromHex, toHex, utf8 } from '@polynya/protocol/bytes';
import type { DeviceList } from '@polynya/protocol/device-list';
import { inviteLink } from '@polynya/protocol/invite-link';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import { hpkeOpen, hpkePublicKey, hpkeSeal } from '@polynya/reach/seal/hpke';
import { Problem, type ProblemCode } from '../api.ts';
import type { Device } from '../device.ts';
import type { LinkView } from '../devices-api.ts';
import { signatureKey } from '../identity/credential.ts';
import { devicesIn, listHolds, lists, newestOf } from '../identity/device-list.ts';
import { personId } from '../identity/person.ts';
import { Self } from '../identity/self.ts';
import { shownName } from '../identity/shown-name.ts';
import { enter, newServer, readLink } from '../invite/arriving.ts';
import type { ServerLink } from '../line/server-link.ts';
import type { Change } from '../store/store.ts';
import {
  checkOf,
  commitmentTo,
  decodeGrant,
  encodeGrant,
  type Grant,
  type StepOf,
  transcript,
} from './link-steps.ts';
import { Meeting } from './meeting.ts';
import { deviceSaved, type KnownDevice } from './registry.ts';

/** ms: a code is good for so long. */
const LIFE = 600_000;
/** Seconds: so long the new device may take to come to the server. */
const ADMITTED = 86_400;
const INFO = utf8('polynya link');

/** What linking needs of the fleet. */
export interface Around {
  readonly device: Device;
  changed(): void;
  known(): ReadonlyMap<string, KnownDevice>;
  /** The key that signs entries of the list, and the group of own devices is there. */
  prepare(): Promise<void>;
  /** The list with it, which the other own devices have as well. */
  agree(device: Uint8Array): Promise<DeviceList>;
  /** The list has it: it is to be brought into the conversations. */
  listed(): Promise<void>;
}

export class Linking {
  readonly #around: Around;
  #view: LinkView | null = null;
  #meeting: Meeting | null = null;
  #confirm: (() => void) | null = null;
  #stop: (() => void) | null = null;

  constructor(around: Around) {
    this.#around = around;
  }

  get view(): LinkView | null {
    return this.#view;
  }

  /** @throws Problem 'offline' */
  async begin(): Promise<LinkView> {
    await this.cancel();
    const { device } = this.#around;
    const { random, clock } = device.ports;
    await this.#around.prepare();
    const { server, connection } = device.homeLink;
    const { identity, endpoints, page } = server;
    const secret = random(32);
    const meeting = new Meeting(connection, secret, random);
    await meeting.create(server.allowance);
    const link = inviteLink(page, { kind: 'device', identity, endpoints: [...endpoints], secret });
    const view: LinkView = {
      ...{ role: 'old', state: 'code', link, expires: clock.now() + LIFE },
      ...{ check: null, name: '', problem: null },
    };
    this.#start(meeting, view);
    void this.#walk(meeting, true, () => this.#letIn(meeting, device.homeLink));
    return view;
  }

  confirm(): void {
    if (this.#view?.role !== 'old' || this.#view.state !== 'compare')
      throw new Problem('link-over');
    this.#confirm?.();
  }

  async cancel(): Promise<void> {
    const meeting = this.#meeting;
    const old = this.#view?.role === 'old';
    if (!meeting) return;
    this.#end({ state: 'failed', problem: 'link-over' });
    await meeting.close(old);
  }

  /** On a device that holds nothing. @throws Problem */
  async open(link: string, deviceName: string): Promise<void> {
    const { device } = this.#around;
    const { random, clock } = device.ports;
    if (device.registered) throw new Problem('already-member');
    const code = readLink(link);
    if (code.kind !== 'device') throw new Problem('invite-malformed');
    await this.cancel();
    const line = device.visit(newServer(device, link, code));
    const meeting = new Meeting(line.connection, code.secret, random);
    this.#start(meeting, {
      ...{ role: 'new', state: 'opening', link: null, expires: clock.now() + LIFE },
      ...{ check: null, name: '', problem: null },
    });
    const problem = await this.#walk(meeting, false, () => this.#comeIn(meeting, line, deviceName));
    if (!problem) return;
    if (device.links.get(toHex(code.identity)) !== line) line.close();
    throw new Problem(problem);
  }

  #start(meeting: Meeting, view: LinkView): void {
    const { clock } = this.#around.device.ports;
    this.#meeting = meeting;
    this.#view = view;
    this.#stop = clock.setTimeout(() => void this.cancel(), LIFE);
    this.#around.changed();
  }

  #show(change: Partial<LinkView>): void {
    if (this.#view) this.#view = { ...this.#view, ...change };
    this.#around.changed();
  }

  #end(change: Partial<LinkView>): void {
    this.#stop?.();
    this.#meeting = null;
    this.#confirm = null;
    this.#show({ ...change, link: null });
  }

  /** @returns how it failed; null: it did not */
  async #walk(
    meeting: Meeting,
    old: boolean,
    steps: () => Promise<void>,
  ): Promise<ProblemCode | null> {
    try {
      await steps();
      if (this.#meeting === meeting) this.#end({ state: 'done' });
      await meeting.close(old);
      return null;
    } catch (error) {
      const problem = problemOf(error);
      const why = error instanceof Error ? `${error.name}: ${error.message}` : 'unknown';
      this.#around.device.ports.log(`a linking ended: ${why}`);
      if (this.#meeting === meeting) this.#end({ state: 'failed', problem });
      await meeting.close(old);
      return problem;
    }
  }

  /** The old device. */
  async #letIn(meeting: Meeting, { server, connection }: ServerLink): Promise<void> {
    const { device } = this.#around;
    const { random, store, clock } = device.ports;
    const { commitment } = await meeting.hear('hello');
    const { self } = device;
    const { root, name } = self;
    const answer = { step: 'answer' as const, root, nonce: random(32), name };
    await meeting.say(answer);
    const reveal = await meeting.hear('reveal');
    if (!equal(commitmentTo(reveal), commitment)) throw new Problem('link-over');
    const said = transcript(answer, reveal);
    this.#show({ state: 'compare', check: checkOf(said), name: shownName(reveal.name) });
    await Promise.race([
      new Promise<void>((resolve) => {
        this.#confirm = resolve;
      }),
      // Ends with the meeting: a second grant is never said.
      meeting.hear('grant'),
    ]);
    this.#show({ state: 'adding' });
    const admit = random(32);
    const until = Math.floor(clock.now() / 1_000) + ADMITTED;
    const { allowance, identity, endpoints, page } = server;
    const invite = sha256(admit);
    await connection.call({ op: 'grant', allowance, hash: invite, uses: 1, until });
    const token = random(32);
    const card = { identity, endpoints: [...endpoints], inbox: reveal.inbox, token };
    const list = await this.#around.agree(reveal.device);
    const known = { name: shownName(reveal.name), since: clock.now(), card };
    const next = device.self.with({ list: newestOf(device.self.list, list) ?? list });
    await store.apply([next.saved(), deviceSaved(reveal.device, known)]);
    device.become(next);
    const grant = {
      list,
      admit,
      token,
      page,
      devices: this.#names(),
      blocked: this.#blocked(),
      backup: device.self.backup,
    };
    const sealed = await hpkeSeal(reveal.key, INFO, said, encodeGrant(grant));
    await meeting.say({ step: 'grant', enc: sealed.enc, ct: sealed.ct });
    await this.#around.listed();
  }

  #names(): Grant['devices'] {
    const { self } = this.#around.device;
    const known = this.#around.known();
    return devicesIn(self.list).map((device) => ({
      device,
      name: equal(device, self.device.publicKey)
        ? self.deviceName
        : (known.get(toHex(device))?.name ?? ''),
    }));
  }

  #blocked(): Uint8Array[] {
    return [...this.#around.device.blocked].slice(0, 1_024).map(fromHex);
  }

  /** The new device. */
  async #comeIn(meeting: Meeting, line: ServerLink, deviceName: string): Promise<void> {
    const { random } = this.#around.device.ports;
    const [seed, key] = [random(32), await signatureKey(random(32))];
    const reveal: StepOf<'reveal'> = {
      step: 'reveal',
      key: await hpkePublicKey(seed),
      device: key.publicKey,
      inbox: line.server.inbox.log,
      nonce: random(32),
      name: deviceName,
    };
    const commitment = commitmentTo(reveal);
    await meeting.say({ step: 'hello', commitment });
    // Somebody else was here before: the code is used.
    const first = await meeting.hear('hello');
    if (!equal(first.commitment, commitment)) throw new Problem('link-over');
    const answer = await meeting.hear('answer');
    await meeting.say(reveal);
    const said = transcript(answer, reveal);
    this.#show({ state: 'compare', check: checkOf(said), name: shownName(answer.name) });
    const { enc, ct } = await meeting.hear('grant');
    const grant = decodeGrant(await hpkeOpen(seed, INFO, said, enc, ct));
    const { list, token, backup } = grant;
    if (!lists(list, key.publicKey) || !(await listHolds(answer.root, list))) {
      throw new Problem('link-over');
    }
    this.#show({ state: 'adding' });
    const { root, name } = answer;
    await this.#become(line, grant, Self.of({ root, list, name, deviceName, token, backup }, key));
  }

  async #become(line: ServerLink, { admit, page, devices, blocked }: Grant, self: Self) {
    const { device } = this.#around;
    await line.update({ ...line.server, page });
    const changes: Change[] = devices.map((one) =>
      deviceSaved(one.device, { name: one.name, since: null, card: null }),
    );
    for (const person of blocked.map(toHex)) {
      device.blocked.add(person);
      changes.push({ table: 'person', key: `blocked/${person}`, value: new Uint8Array(1) });
    }
    const { identity, endpoints } = line.server;
    const invite = { kind: 'server' as const, identity, endpoints, secret: admit };
    await enter(device, line, invite, self, [...changes, self.saved()]);
    if (personId(self.root) !== device.self.person) throw new Problem('failed');
    await this.#around.listed();
  }
}

function problemOf(error: unknown): ProblemCode {
  if (error instanceof Problem) return error.code;
  if (!(error instanceof ProtocolError)) return 'failed';
  return error.retriable ? 'offline' : 'link-over';
}
