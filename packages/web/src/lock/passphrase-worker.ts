/** Makes a lock's secret of a passphrase, which takes most of a second, beside the page. */
import { passphraseSecret } from '@polynya/messenger/store/passphrase-secret';

const scope = self as unknown as DedicatedWorkerGlobalScope;

scope.onmessage = async ({ data: { passphrase, way } }: MessageEvent<Asked>) => {
  // Where there is no room for it, the page hears of that as of any error of a worker's.
  const progress = (share: number) => scope.postMessage(share);
  await passphraseSecret(passphrase, way, progress).then(
    (secret) => scope.postMessage(secret),
    reportError,
  );
};

export interface Asked {
  readonly passphrase: string;
  readonly way: Parameters<typeof passphraseSecret>[1];
}
