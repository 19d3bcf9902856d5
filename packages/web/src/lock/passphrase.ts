/** The secret that a passphrase gives for a lock; `progress` hears the share that is done. */
import type { Asked } from './passphrase-worker.ts';

export function secretOf(
  passphrase: string,
  way: Asked['way'],
  progress: (share: number) => void = () => undefined,
): Promise<Uint8Array> {
  const worker = new Worker(new URL('./passphrase-worker.ts', import.meta.url), { type: 'module' });
  const answer = Promise.withResolvers<Uint8Array>();
  worker.onmessage = ({ data }: MessageEvent<Uint8Array | number>) =>
    typeof data === 'number' ? progress(data) : answer.resolve(data);
  worker.onerror = () => answer.reject(new Error('no secret could be made of the passphrase'));
  worker.postMessage({ passphrase, way } satisfies Asked);
  return answer.promise.finally(() => worker.terminate());
}
