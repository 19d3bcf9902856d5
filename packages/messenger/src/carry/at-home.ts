/**
 * A page in the network at home: it has no sockets, so it calls a terminal there by WebRTC-Direct, whose code that
 * terminal shows, and calls again when it is lost. A file of its own, which loads when somebody does that, or did
 * before the page was closed.
 */
import { utf8 } from '@polynya/protocol/bytes';
import { decodeNearCode } from '@polynya/protocol/near-code';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import type { Carrier } from '@polynya/reach/carriers/carrier';
import { CarrierPlace } from '@polynya/reach/carriers/lan/carrier-place';
import { pause, within } from '@polynya/reach/clock';
import type { ChatId } from '../api.ts';
import type { Device } from '../device.ts';
import type { NearFacade, NearView } from '../near-api.ts';
import { BUNDLE } from './bundle.ts';
import { Carry } from './carry.ts';
import { CarryError } from './carry-error.ts';
import { Near } from './near.ts';
import { NEAR_CODE } from './near-code-key.ts';

/** ms until a call counts as lost, and after which who answered and is gone has been there. */
const PATIENCE = 10_000;
/** ms between calls: longer each time. */
const AGAIN = [1_000, 2_000, 4_000, 8_000, 15_000];
/** ms after which who answers and shares no chat is a stranger: by then their beacon has come several times. */
const STRANGER = 4_000;

const homes = new WeakMap<Device, AtHome>();

export function atHome(device: Device): AtHome {
  const home = homes.get(device) ?? new AtHome(device);
  homes.set(device, home);
  return home;
}

export class AtHome implements NearFacade {
  readonly #device: Device;
  readonly #carry: Carry;
  #view: NearView = { state: 'off', chats: [] };
  #ending = new AbortController();

  constructor(device: Device) {
    this.#device = device;
    this.#carry = new Carry(device);
  }

  get view(): NearView {
    return this.#view;
  }

  async nearCall(code: string): Promise<boolean> {
    let endpoints: string[];
    try {
      endpoints = decodeNearCode(code);
    } catch (error) {
      if (error instanceof ProtocolError) return false;
      throw error;
    }
    this.#ending.abort();
    const ending = new AbortController();
    this.#ending = ending;
    const signal = AbortSignal.any([ending.signal, this.#device.closing]);
    this.#become('calling');
    try {
      await this.#device.ports.store.apply([{ ...NEAR_CODE, value: utf8(code) }]);
    } catch (error) {
      if (!signal.aborted) this.#become('off');
      throw error;
    }
    // Somebody else was called meanwhile, or nobody is to be.
    if (signal.aborted) return true;
    this.#keepCalling(endpoints, signal).catch((error: unknown) => {
      this.#device.ports.log(`near: ${error instanceof Error ? error.name : 'unknown'}`);
      if (!signal.aborted) this.#become('silent');
    });
    return true;
  }

  async nearEnd(): Promise<void> {
    this.#ending.abort();
    this.#become('off');
    await this.#device.ports.store.apply([{ ...NEAR_CODE, value: null }]);
  }

  async nearOut() {
    const { file, messages } = await this.#carry.out();
    return { file: new Blob([new Uint8Array(file)]), messages };
  }

  async nearIn(file: Blob) {
    try {
      if (file.size > BUNDLE) throw new CarryError('too-big');
      const taken = await this.#carry.in(new Uint8Array(await file.arrayBuffer()));
      // Where there is none their authors bring them, or who takes the file in again.
      await this.#carry.handIn();
      return taken;
    } catch (error) {
      if (error instanceof CarryError) return { refused: error.code };
      throw error;
    }
  }

  async #keepCalling(endpoints: readonly string[], signal: AbortSignal): Promise<void> {
    const { clock } = this.#device.ports;
    for (let lost = 0; !signal.aborted; ) {
      const carrier = await this.#reach(endpoints, signal);
      if (carrier) {
        const since = clock.now();
        await this.#stay(carrier, signal);
        if (clock.now() - since > PATIENCE) lost = 0;
      }
      if (signal.aborted) return;
      // Where there is a line nothing is missed.
      if (lost > AGAIN.length && this.#online) return this.nearEnd();
      // Where nobody is met the terminal makes room once a minute, and answers again.
      if (!carrier || this.#view.state !== 'strangers') this.#become('silent');
      await pause(clock, AGAIN[Math.min(lost++, AGAIN.length - 1)] ?? 0, signal);
    }
  }

  get #online(): boolean {
    return [...this.#device.links.values()].some(
      ({ connection }) => connection.status === 'online',
    );
  }

  /** The first of the addresses that answers; null where none does. */
  async #reach(endpoints: readonly string[], signal: AbortSignal): Promise<Carrier | null> {
    const over = new AbortController();
    let found: Carrier | null = null;
    const call = async (endpoint: string, late: AbortSignal): Promise<void> => {
      const factory = this.#device.ports.carriers.find(({ takes }) => takes?.(endpoint));
      if (!factory) throw new Error('no WebRTC here');
      const carrier = await factory.open(endpoint, late);
      if (found || signal.aborted) return carrier.close();
      found = carrier;
      over.abort(new Error('another one answered'));
    };
    const ended = AbortSignal.any([signal, over.signal]);
    await within(this.#device.ports.clock, PATIENCE, ended, (late) =>
      Promise.allSettled(endpoints.map((endpoint) => call(endpoint, late))),
    );
    return found;
  }

  /** Until it is lost, or nobody wants it any more. */
  async #stay(carrier: Carrier, signal: AbortSignal): Promise<void> {
    const { clock } = this.#device.ports;
    const strangers = () =>
      clock.setTimeout(() => {
        if (!signal.aborted) this.#become('strangers');
      }, STRANGER);
    let stranger = strangers();
    const near = new Near(this.#device, this.#carry, (chats) => {
      if (signal.aborted) return;
      stranger();
      // Who was met and still answers may be met again: as at first.
      if (chats.length === 0) stranger = strangers();
      this.#become(chats.length > 0 ? 'near' : 'calling', [...new Set(chats)]);
    });
    const place = new CarrierPlace(carrier, near.nearby, 'caller');
    const ended = new Promise<void>((resolve) => {
      place.onClose = resolve;
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    near.nearby.add(place);
    await ended;
    await near.close();
    stranger();
  }

  #become(state: NearView['state'], chats: readonly ChatId[] = []): void {
    const { changes } = this.#device;
    this.#view = { state, chats };
    this.#device.near = chats.length;
    for (const topic of ['near', 'status']) changes.touch(topic);
  }
}
