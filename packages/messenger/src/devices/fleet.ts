/** The devices of this person as this one sees them, and what it does for them (docs/protocol.md section 9). */
import { toHex } from '@polynya/protocol/bytes';
import { Problem } from '../api.ts';
import type { Device } from '../device.ts';
import type {
  DeviceId,
  DevicesFacade,
  DevicesView,
  LinkView,
  RecoveryKit,
} from '../devices-api.ts';

export class Fleet implements DevicesFacade {
  readonly #device: Device;

  constructor(device: Device) {
    this.#device = device;
  }

  async view(): Promise<DevicesView> {
    const self = this.#device.registered;
    const own = self && {
      device: toHex(self.device.publicKey),
      name: '',
      here: true,
      since: null,
      by: null,
      awaited: 0,
    };
    return { devices: own ? [own] : [], root: 'here', forked: false, link: null, saved: null };
  }

  async linkDevice(): Promise<LinkView> {
    throw new Problem('failed');
  }

  async confirmLink(): Promise<void> {
    throw new Problem('failed');
  }

  async cancelLink(): Promise<void> {
    throw new Problem('failed');
  }

  async openLink(_link: string, _deviceName: string): Promise<void> {
    throw new Problem('failed');
  }

  async renameDevice(_name: string): Promise<void> {
    throw new Problem('failed');
  }

  async removeDevice(_device: DeviceId): Promise<void> {
    throw new Problem('failed');
  }

  async openSaved(): Promise<{ readonly chat: string }> {
    throw new Problem('failed');
  }

  async recoveryKit(): Promise<RecoveryKit> {
    throw new Problem('failed');
  }

  async keepRecoveryPhrase(_phrase: string): Promise<void> {
    throw new Problem('failed');
  }

  async recover(_link: string, _phrase: string, _name: string): Promise<{ person: string }> {
    throw new Problem('failed');
  }
}
