/** The devices of this person as this one sees them, and what it does for them (docs/protocol.md section 9). */

import { equal, toHex } from '@polynya/protocol/bytes';
import type { Note, WelcomePackage } from '@polynya/protocol/content';
import type { DeviceList } from '@polynya/protocol/device-list';
import { inviteLink } from '@polynya/protocol/invite-link';
import { pause } from '@polynya/reach/clock';
import { type ChatId, type PersonId, Problem } from '../api.ts';
import type { Told } from '../conversation/advance.ts';
import type { Device } from '../device.ts';
import type {
  DeviceId,
  DevicesFacade,
  DevicesView,
  LinkView,
  RecoveryKit,
} from '../devices-api.ts';
import { createConversation } from '../group-actions.ts';
import { comparedSaved } from '../identity/compared.ts';
import { devicesIn, listHolds, lists } from '../identity/device-list.ts';
import { personId } from '../identity/person.ts';
import type { StockedKeyPackage } from '../inbox/key-packages.ts';
import { dropPackage, getPackage } from '../invite/sealed-blob.ts';
import type { ServerLink } from '../line/server-link.ts';
import { chatOfLog } from '../recovery/chats.ts';
import type { Change } from '../store/store.ts';
import { agreeOn } from './agree.ts';
import { backupSecret } from './backup.ts';
import { Keeping } from './keeping.ts';
import { comparedWith } from './known-devices.ts';
import type { Linking } from './linking.ts';
import { phraseOf, seedOf } from './phrase.ts';
import { askAll, loadRequests, recover, requestGone } from './recovering.ts';
import {
  afterSeeing,
  deviceSaved,
  type KnownDevice,
  listSaved,
  loadDevices,
  loadLists,
} from './registry.ts';
import { Sharing } from './sharing.ts';
import { Tending } from './tending.ts';

/** ms */
const RETRY = 2_000;
const PATIENCE = 15_000;
/** Once in the life of most devices, if at all. */
const welcome = () => import('./welcomed.ts');
const UNKNOWN: KnownDevice = { name: '', since: null, card: null };

export class Fleet implements DevicesFacade {
  readonly #device: Device;
  readonly #tending: Tending;
  #linking: Linking | null = null;
  readonly #keeping: Keeping;
  readonly sharing: Sharing;
  #known = new Map<string, KnownDevice>();
  #opened = false;
  #said = '';

  private constructor(device: Device) {
    this.#device = device;
    this.#tending = new Tending(device, () => this.#known);
    this.#keeping = new Keeping(device);
    this.sharing = new Sharing(device, (note) => this.say(note));
    device.closing.addEventListener('abort', () => {
      this.#tending.close();
      this.#keeping.close();
      this.sharing.close();
      void this.#linking?.cancel();
    });
  }

  static async load(device: Device): Promise<Fleet> {
    const fleet = new Fleet(device);
    const { store } = device.ports;
    fleet.#known = await loadDevices(store);
    for (const [person, known] of await loadLists(store)) device.lists.set(person, known);
    return fleet;
  }

  /** Does what there is to do, now and whenever something changes. */
  async start(): Promise<void> {
    this.#known = await loadDevices(this.#device.ports.store);
    void this.#openInbox();
    this.look();
  }

  /** Something changed: leaves, the list, the line. */
  look(): void {
    this.#tending.look();
    this.#keeping.look();
    this.sharing.look();
    this.#introduce().catch((error: unknown) => this.#log('an introduction waits', error));
    this.#device.changes.touch('devices');
  }

  async view(): Promise<DevicesView> {
    const self = this.#device.registered;
    const link = this.#linking?.view ?? null;
    if (!self) {
      return { devices: [], root: 'elsewhere', unsettled: 0, forked: false, link, saved: null };
    }
    const { list } = self;
    const devices = devicesIn(list).map((key) => {
      const { name, since } = this.#known.get(toHex(key)) ?? UNKNOWN;
      const here = equal(key, self.device.publicKey);
      const by = list.entries.find((one) => equal(one.device, key))?.by ?? 0;
      const author = list.entries[by - 1]?.device;
      return {
        device: toHex(key),
        name: here ? self.deviceName : name,
        here,
        since,
        by: by > 0 && author ? toHex(author) : null,
        awaited: here ? 0 : this.#tending.awaited(key),
      };
    });
    const forked = this.#device.lists.get(self.person)?.forked ?? false;
    const kept = (await this.#keeping.isKept()) ? 'phrase' : 'writing';
    const root = self.backup ? kept : self.rootSeed ? 'here' : 'elsewhere';
    const { unsettled } = this.#tending;
    return { devices, root, unsettled, forked, link, saved: this.#saved };
  }

  async linkDevice(): Promise<LinkView> {
    return (await this.#link()).begin();
  }

  async confirmLink(): Promise<void> {
    (await this.#link()).confirm();
  }

  async cancelLink(): Promise<void> {
    await this.#linking?.cancel();
  }

  async openLink(link: string, deviceName: string): Promise<void> {
    await (await this.#link()).open(link, deviceName);
  }

  async #link(): Promise<Linking> {
    const { Linking } = await import('./linking.ts');
    this.#linking ??= new Linking({
      device: this.#device,
      changed: () => this.#device.changes.touch('devices'),
      known: () => this.#known,
      prepare: async () => void (await this.openSaved()),
      agree: async (device) => {
        const { chat } = await this.openSaved();
        return agreeOn(this.#device, chat, { remove: false, device });
      },
      listed: () => this.start(),
    });
    return this.#linking;
  }

  async renameDevice(name: string): Promise<void> {
    await this.#become({ deviceName: name });
    this.look();
  }

  async removeDevice(id: DeviceId): Promise<void> {
    const { self } = this.#device;
    const device = devicesIn(self.list).find((one) => toHex(one) === id);
    if (!device) throw new Problem('not-found');
    if (devicesIn(self.list).length === 1) throw new Problem('not-allowed');
    const { chat } = await this.openSaved();
    await this.#kept(self.root, await agreeOn(this.#device, chat, { remove: true, device }));
    this.look();
  }

  async openSaved(): Promise<{ readonly chat: ChatId }> {
    if (this.#saved) return { chat: this.#saved };
    const about = { direct: false, self: true, title: '' };
    const conversation = await createConversation(this.#device, about);
    await this.#become({ group: conversation.held.state.log });
    return { chat: conversation.chat };
  }

  async recoveryKit(): Promise<RecoveryKit> {
    const { self, homeLink } = this.#device;
    if (!self.rootSeed) throw new Problem('no-root');
    const { identity, endpoints, page } = homeLink.server;
    const link = inviteLink(page, { kind: 'recovery', identity, endpoints: [...endpoints] });
    return { phrase: phraseOf(self.rootSeed), link };
  }

  async keepRecoveryPhrase(phrase: string): Promise<void> {
    const { rootSeed } = this.#device.self;
    if (!rootSeed) throw new Problem('no-root');
    if (!equal(seedOf(phrase), rootSeed)) throw new Problem('phrase-wrong');
    const secret = backupSecret(rootSeed);
    await this.#become({ rootSeed: null, backup: secret });
    await this.say({ note: 'backup', secret });
    // Without a backup the phrase finds nobody: it is worth waiting for, but not without end.
    await this.#within(this.#keeping.keep(), 'the backup waits');
    this.#keeping.look();
  }

  async recover(link: string, phrase: string, deviceName: string): Promise<{ person: PersonId }> {
    const person = await recover(this.#device, link, phrase, deviceName);
    await this.start();
    await this.#within(askAll(this.#device), 'members are to be asked');
    return { person };
  }

  /** A member lets this device in, which asked for it. @returns false: it did not ask, or not them */
  async answered(
    link: ServerLink,
    by: PersonId,
    secret: Uint8Array,
    taken: StockedKeyPackage,
  ): Promise<boolean> {
    const { store } = this.#device.ports;
    const request = (await loadRequests(store)).find(
      ({ ref, people }) =>
        equal(ref, taken.own.ref) && people.some(({ root }) => personId(root) === by),
    );
    if (!request) return false;
    const { log, token } = request;
    const received = await getPackage(link.connection, secret);
    if (!equal(received.log, log)) return false;
    const asked = { by, token, done: requestGone(log) };
    await (await welcome()).welcomed(this.#device, link, received, taken, asked);
    await dropPackage(link.connection, secret);
    this.look();
    return true;
  }

  async welcomed(
    link: ServerLink,
    received: WelcomePackage,
    taken: StockedKeyPackage,
  ): Promise<void> {
    await (await welcome()).welcomed(this.#device, link, received, taken);
    this.look();
  }

  /** Lists that hold. */
  async seen(writers: readonly { root: Uint8Array; list: DeviceList }[]): Promise<void> {
    for (const { root, list } of writers) await this.#kept(root, list);
  }

  async told(chat: ChatId, told: readonly Told[]): Promise<Change[]> {
    const changes: Change[] = [];
    // Where own devices agree, the second to write is no liar.
    const agreeing = chat === this.#saved;
    for (const { sender, content } of told) {
      const { root, signatureKey: device } = sender;
      if (content.kind === 'devices') {
        const { list } = content;
        if (await listHolds(root, list)) changes.push(...this.#seeing(root, list, agreeing));
      } else changes.push(...this.#noted(device, content.note));
    }
    return changes;
  }

  get #saved(): ChatId | null {
    const { group } = this.#device.registered ?? { group: null };
    const chat = group && chatOfLog(this.#device, group);
    return chat && this.#device.conversations.has(chat) ? chat : null;
  }

  /** What another own device says. */
  #noted(device: Uint8Array, note: Note): Change[] {
    switch (note.note) {
      case 'device': {
        const id = toHex(device);
        if (!this.#known.get(id)?.name) this.sharing.welcome();
        const known = { ...(this.#known.get(id) ?? UNKNOWN), name: note.name };
        this.#known.set(id, known);
        return [deviceSaved(device, known)];
      }
      case 'backup': {
        const self = this.#device.self.with({ backup: note.secret, rootSeed: null });
        this.#device.become(self);
        return [self.saved()];
      }
      case 'name': {
        const self = this.#device.self.with({ name: note.name });
        this.#device.become(self);
        this.#device.changes.touch('status');
        for (const conversation of this.#device.conversations.values()) conversation.wake();
        return [self.saved()];
      }
      case 'block': {
        const person = toHex(note.person);
        if (note.on) this.#device.blocked.add(person);
        else this.#device.blocked.delete(person);
        for (const conversation of this.#device.conversations.values()) conversation.touch();
        const value = note.on ? new Uint8Array(1) : null;
        return [{ table: 'person', key: `blocked/${person}`, value }];
      }
      case 'compared': {
        const person = toHex(note.person);
        comparedWith(this.#device, person, note.devices);
        return [comparedSaved(person, note.devices)];
      }
      case 'marks':
      case 'draft':
      case 'folders':
      case 'request':
        return this.sharing.heard(note);
    }
  }

  async #kept(root: Uint8Array, list: DeviceList): Promise<void> {
    const changes = this.#seeing(root, list);
    if (changes.length > 0) await this.#device.ports.store.apply(changes);
  }

  /** What is known of a person's list after this one, which holds, was seen. */
  #seeing(root: Uint8Array, list: DeviceList, agreeing = false): Change[] {
    const person = personId(root);
    const { lists: known } = this.#device;
    const own = person === this.#device.self.person;
    const before = own
      ? { list: this.#device.self.list, forked: known.get(person)?.forked ?? false }
      : known.get(person);
    const after = afterSeeing(before, list);
    if (agreeing && after.forked) return [];
    if (before && after.list === before.list && after.forked === before.forked) return [];
    known.set(person, after);
    this.#device.changes.touch('chats');
    if (this.#device.compared.has(person)) {
      for (const conversation of this.#device.conversations.values()) conversation.touch();
    }
    const changes = [listSaved(person, after)];
    return own ? [...changes, this.#ownList(after.list)] : changes;
  }

  #ownList(list: DeviceList): Change {
    const { self, ports, changes } = this.#device;
    const key = self.device.publicKey;
    const last = list.entries.findLast(({ remove, device }) => remove && equal(device, key));
    const author = list.entries[(last?.by ?? 0) - 1]?.device;
    const by = author ? (this.#known.get(toHex(author))?.name ?? '') : '';
    const removed = lists(list, key) ? null : { by, at: ports.clock.now() };
    const next = self.with({ list, removed: self.removed ?? removed });
    this.#device.become(next);
    changes.touch('status');
    changes.touch('devices');
    return next.saved();
  }

  async #become(change: Parameters<Device['self']['with']>[0]): Promise<void> {
    const next = this.#device.self.with(change);
    this.#device.become(next);
    await this.#device.ports.store.apply([next.saved()]);
    this.#device.changes.touch('devices');
  }

  /** To the other own devices, if there is a chat of theirs. */
  async say(note: Note): Promise<void> {
    const chat = this.#saved;
    if (chat) await this.#device.conversation(chat).queue({ kind: 'own', note });
  }

  /** Once, to the other own devices, what this one is called. */
  async #introduce(): Promise<void> {
    const { registered } = this.#device;
    const chat = this.#saved;
    if (!chat || !registered || registered.deviceName === this.#said) return;
    if (this.#device.conversation(chat).held.state.phase !== 'active') return;
    this.#said = registered.deviceName;
    await this.say({ note: 'device', name: registered.deviceName });
  }

  /** Until this device is in the group of own devices, they reach it by the token that they agreed on. */
  async #openInbox(): Promise<void> {
    const { registered, closing, ports } = this.#device;
    if (!registered?.token || registered.group || this.#opened) return;
    this.#opened = true;
    while (!closing.aborted) {
      try {
        return await this.#device.homeLink.world.openInbox(registered.token, 'own');
      } catch (error) {
        this.#log('the inbox waits for own devices', error);
        await pause(ports.clock, RETRY, closing);
      }
    }
  }

  /** What goes on by itself, later, if it takes too long or fails now. */
  async #within(work: Promise<unknown>, what: string): Promise<void> {
    const { ports, closing } = this.#device;
    const done = work.catch((error: unknown) => this.#log(what, error));
    await Promise.race([done, pause(ports.clock, PATIENCE, closing)]);
  }

  #log(what: string, error: unknown): void {
    this.#device.ports.log(`${what}: ${error instanceof Error ? error.message : 'unknown'}`);
  }
}
