/** A local network in memory: beacons are lost and repeated, connections are late and die, told of or not, as a seed says. */
import type { Carrier } from '../carriers/carrier.ts';
import { CarrierPlace } from '../carriers/lan/carrier-place.ts';
import type { Nearby } from '../carriers/lan/nearby.ts';
import type { Pipe } from '../carriers/lan/pipe.ts';
import type { Place } from '../carriers/lan/place.ts';
import type { Clock } from '../clock.ts';

export interface BadGround {
  /** Chances from 0 to 1: that a beacon is lost, and that an end does not hear of a connection's death. */
  readonly lost: number;
  readonly unheard: number;
  /** The longest delay, and the longest life of a connection, in ms. */
  readonly delay: number;
  readonly lives: number;
}

type Device = Pick<Nearby<unknown>, 'add' | 'remove' | 'heard' | 'called'>;

export class BadLan {
  /** Nothing is lost or dies anew while it is not. */
  isBad = true;
  /** No carrier is made anew any more. */
  isOver = false;
  /** Ends of connections that nobody closed. */
  readonly open = new Set<Pipe>();
  readonly #ground: BadGround;
  readonly #chance: () => number;
  readonly #clock: Clock;

  constructor(ground: BadGround, chance: () => number, clock: Clock) {
    this.#ground = ground;
    this.#chance = chance;
    this.#clock = clock;
  }

  /** All in one network: each hears the beacons of all. */
  together(devices: readonly Device[]): void {
    const places: Place[] = devices.map((_, from) => ({
      port: from,
      strangers: 32,
      tell: (beacon) => {
        for (const [to, device] of devices.entries()) {
          const place = places[to];
          if (to === from || !place) continue;
          const call = (port: number): Pipe => {
            const [near, far] = this.#pipes(true);
            const [called, at] = [devices[port], places[port]];
            if (called && at) called.called(far, at);
            return near;
          };
          const times = this.#isUnlucky(this.#ground.lost) ? 0 : 1 + Number(this.#isUnlucky(0.2));
          for (let n = 0; n < times; n++) this.#late(() => device.heard(beacon, call, place));
        }
      },
      close: () => undefined,
    }));
    for (const [n, device] of devices.entries()) device.add(places[n] as Place);
  }

  /** A carrier between each two, and another a while after it died. */
  byCarriers(devices: readonly Device[]): void {
    for (const [n, one] of devices.entries()) {
      for (const other of devices.slice(n + 1)) this.#join(one, other);
    }
  }

  #join(one: Device, other: Device): void {
    if (this.isOver) return;
    const [near, far] = this.#pipes(false);
    let left = 2;
    const ends = [
      { device: one, end: near, side: 'caller' },
      { device: other, end: far, side: 'called' },
    ] as const;
    for (const { device, end, side } of ends) {
      const place = new CarrierPlace(carrierBy(end), device, side);
      place.onClose = () => {
        device.remove(place);
        if (--left === 0) this.#late(() => this.#join(one, other), 5_000);
      };
      device.add(place);
    }
  }

  /** @param isStream whether bytes come in other pieces than they were sent in, and a death may go unheard */
  #pipes(isStream: boolean): [Pipe, Pipe] {
    let isDead = false;
    const end = (other: () => Pipe): Pipe => {
      let arrived = 0;
      /** In the order in which it left. */
      const later = (deliver: () => void): void => {
        const wait = this.#chance() * this.#ground.delay;
        arrived = Math.max(arrived, this.#now() + wait);
        this.#clock.setTimeout(deliver, arrived - this.#now());
      };
      const pipe: Pipe = {
        send: (bytes) => {
          const copy = bytes.slice();
          const at = isStream ? Math.floor(this.#chance() * copy.length) : copy.length;
          for (const piece of [copy.slice(0, at), copy.slice(at)]) {
            if (piece.length === 0) continue;
            later(() => {
              if (isDead || !this.open.has(other())) return;
              other().onBytes(piece);
              // The end comes with the last bytes, before anybody has looked at them.
              if (!this.#isUnlucky(0.03)) return;
              isDead = true;
              this.#ended(other());
              this.#late(() => this.#ended(pipe));
            });
          }
        },
        close: () => {
          if (!this.open.delete(pipe)) return;
          if (!isDead) later(() => this.#ended(other()));
          pipe.onClose();
        },
        onBytes: () => undefined,
        onClose: () => undefined,
      };
      this.open.add(pipe);
      return pipe;
    };
    const near: Pipe = end(() => far);
    const far: Pipe = end(() => near);
    this.#clock.setTimeout(() => {
      if (!this.isBad) return;
      isDead = true;
      for (const one of [near, far]) {
        if (!isStream || !this.#isUnlucky(this.#ground.unheard)) this.#late(() => this.#ended(one));
      }
    }, this.#chance() * this.#ground.lives);
    return [near, far];
  }

  #ended(pipe: Pipe): void {
    if (this.open.delete(pipe)) pipe.onClose();
  }

  #isUnlucky(chance: number): boolean {
    return this.isBad && this.#chance() < chance;
  }

  #late(run: () => void, most = this.#ground.delay): void {
    this.#clock.setTimeout(run, this.#chance() * most);
  }

  #now(): number {
    return this.#clock.now();
  }
}

function carrierBy(pipe: Pipe): Carrier {
  const carrier: Carrier = {
    kind: 'memory',
    polls: false,
    send: (envelope) => pipe.send(envelope),
    backlog: () => 0,
    close: () => {
      pipe.onClose = () => undefined;
      pipe.close();
    },
    onEnvelope: () => undefined,
    onClose: () => undefined,
  };
  pipe.onBytes = (bytes) => carrier.onEnvelope(bytes);
  pipe.onClose = () => carrier.onClose('lost');
  return carrier;
}
