/** The part of the facade that is about own devices (devices-api.ts): each call waits for what does it to be loaded. */
import type { DeviceId, DevicesFacade } from '../devices-api.ts';
import type { Fleet } from './fleet.ts';

export type WithFleet = <T>(work: (fleet: Fleet) => Promise<T>) => Promise<T>;

export class DevicesPart implements DevicesFacade {
  readonly #fleet: WithFleet;

  constructor(fleet: WithFleet) {
    this.#fleet = fleet;
  }

  linkDevice() {
    return this.#fleet((fleet) => fleet.linkDevice());
  }

  confirmLink() {
    return this.#fleet((fleet) => fleet.confirmLink());
  }

  cancelLink() {
    return this.#fleet((fleet) => fleet.cancelLink());
  }

  openLink(link: string, deviceName: string) {
    return this.#fleet((fleet) => fleet.openLink(link, deviceName));
  }

  renameDevice(name: string) {
    return this.#fleet((fleet) => fleet.renameDevice(name));
  }

  removeDevice(device: DeviceId) {
    return this.#fleet((fleet) => fleet.removeDevice(device));
  }

  openSaved() {
    return this.#fleet((fleet) => fleet.openSaved());
  }

  recoveryKit() {
    return this.#fleet((fleet) => fleet.recoveryKit());
  }

  keepRecoveryPhrase(phrase: string) {
    return this.#fleet((fleet) => fleet.keepRecoveryPhrase(phrase));
  }

  recover(link: string, phrase: string, deviceName: string) {
    return this.#fleet((fleet) => fleet.recover(link, phrase, deviceName));
  }
}
