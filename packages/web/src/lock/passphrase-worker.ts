/** Makes a lock's secret of a passphrase, which takes most of a second, beside the page. */
import { passphraseSecret } from '@polynya/messenger/store/passphrase-secret';

const scope = self as unknown as DedicatedWorkerGlobalScope;

scope.onmessage = async ({ data: { passphrase, way } }: MessageEvent<Asked>) => {
  scope.postMessage(await passphraseSecret(passphrase, way));
};

export interface Asked {
  readonly passphrase: string;
  readonly way: Parameters<typeof passphraseSecret>[1];
}
