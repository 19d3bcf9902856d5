/** The engine's worker: runs the messenger while this tab is the one that writes. */
import type { Messenger } from '@polynya/messenger/api';
import type { Unlocked } from '@polynya/messenger/store/lock';
import { openMessenger } from './open-messenger.ts';
import { type FromWorker, LOCKED_WORKER, type ToWorker } from './phases.ts';
import { serveMessenger } from './remote.ts';
import { writeAlone } from './writer.ts';

const scope = self as unknown as DedicatedWorkerGlobalScope;

function tell(message: FromWorker, transfer: Transferable[] = []): void {
  scope.postMessage(message, transfer);
}

function broken(error: unknown): void {
  const why = error instanceof Error ? `${error.name}: ${error.message}` : '';
  const code =
    error instanceof Error && 'code' in error && typeof error.code === 'string'
      ? error.code
      : 'failed';
  tell({ phase: 'broken', code, why });
}

let messenger: Messenger | undefined;
const unlocked = Promise.withResolvers<Unlocked | undefined>();
if (scope.name !== LOCKED_WORKER) unlocked.resolve(undefined);

const writer = writeAlone(navigator.locks, new BroadcastChannel('polynya-writer'), {
  async begin() {
    try {
      messenger = await openMessenger(
        (endpoint, port) => tell({ phase: 'dial', endpoint, port }, [port]),
        await unlocked.promise,
        broken,
      );
      const { port1, port2 } = new MessageChannel();
      serveMessenger(messenger, port1);
      tell({ phase: 'running', port: port2 }, [port2]);
    } catch (error) {
      broken(error);
    }
  },
  async end() {
    await messenger?.close();
    messenger = undefined;
  },
  elsewhere: () => tell({ phase: 'elsewhere' }),
});

scope.onmessage = ({ data }: MessageEvent<ToWorker>) => {
  if (data === 'take over') writer.takeOver();
  else unlocked.resolve(data.unlocked);
};
