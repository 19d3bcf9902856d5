/** The page's side of the engine: starts the worker and says which phase it is in. */
import type { Messenger } from '@polynya/messenger/api';
import type { Lock, Unlocked } from '@polynya/messenger/store/lock';
import { lockIn } from '@polynya/messenger/store/lock-in';
import { type Accessor, createSignal } from 'solid-js';
import type { LockFacade } from './lock-facade.ts';
import { type FromWorker, KEY_DATABASE, LOCKED_WORKER, SHUT, type ToWorker } from './phases.ts';
import { connectMessenger, type RemoteMessenger } from './remote.ts';

export type EngineState =
  | { readonly phase: 'starting' }
  /** Nothing runs before `open` is given the key. */
  | { readonly phase: 'locked'; readonly lock: Lock; open(key: CryptoKey): void }
  | { readonly phase: 'running'; readonly messenger: Messenger & LockFacade }
  /** Another tab runs the engine. */
  | { readonly phase: 'elsewhere' }
  | { readonly phase: 'broken'; readonly code: string; readonly why: string };

export interface EngineHandle {
  readonly state: Accessor<EngineState>;
  /** Makes this tab the one that runs the engine. */
  takeOver(): void;
}

/** Where its file does not come, the worker gives up when it has waited long enough. */
async function dial(endpoint: string, port: MessagePort): Promise<void> {
  const file = await import('@polynya/messenger/line/dial').catch(() => undefined);
  await file?.dial(endpoint, port);
}

export function startEngine(): EngineHandle {
  const [state, setState] = createSignal<EngineState>({ phase: 'starting' });
  let worker: Worker | undefined;
  let remote: RemoteMessenger | undefined;
  let opened: Lock | undefined;

  const run = (unlocked?: Unlocked) => {
    setState({ phase: 'starting' });
    opened = unlocked?.lock;
    const name = unlocked ? LOCKED_WORKER : '';
    worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name });
    if (unlocked) worker.postMessage({ unlocked } satisfies ToWorker);
    listen(worker);
  };
  const listen = (worker: Worker) => {
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      if (data.phase === 'dial') return void dial(data.endpoint, data.port);
      remote?.end();
      remote = data.phase === 'running' ? connectMessenger(data.port) : undefined;
      if (remote) {
        const messenger = remote.messenger as Messenger & LockFacade;
        setState({ phase: 'running', messenger });
      } else if (data.phase === 'broken' && data.code === 'locked') {
        // Another tab may have set or changed the lock since.
        start(() => setState(data));
      } else if (data.phase !== 'running') setState(data);
    };
    worker.onerror = (event) => setState({ phase: 'broken', code: 'failed', why: event.message });
  };
  const start = (otherwise: () => void) =>
    void lockIn(KEY_DATABASE).then((lock) => {
      if (!lock || String(lock.wrapped) === String(opened?.wrapped)) return otherwise();
      worker?.terminate();
      setState({ phase: 'locked', lock, open: (key) => run({ key, lock }) });
    });
  new BroadcastChannel(SHUT).onmessage = () => location.reload();
  start(run);

  return {
    state,
    takeOver: () => worker?.postMessage('take over' satisfies ToWorker),
  };
}
