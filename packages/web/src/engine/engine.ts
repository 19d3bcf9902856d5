/** The page's side of the engine: starts the worker and says which phase it is in. */
import type { Messenger } from '@polynya/messenger/api';
import { type Accessor, createSignal } from 'solid-js';
import type { FromWorker, ToWorker } from './phases.ts';
import { connectMessenger, type RemoteMessenger } from './remote.ts';

export type EngineState =
  | { readonly phase: 'starting' }
  | { readonly phase: 'running'; readonly messenger: Messenger }
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
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  let remote: RemoteMessenger | undefined;

  worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
    if (data.phase === 'dial') return void dial(data.endpoint, data.port);
    remote?.end();
    remote = data.phase === 'running' ? connectMessenger(data.port) : undefined;
    if (remote) setState({ phase: 'running', messenger: remote.messenger });
    else if (data.phase !== 'running') setState(data);
  };
  worker.onerror = (event) => setState({ phase: 'broken', code: 'failed', why: event.message });

  return {
    state,
    takeOver: () => worker.postMessage('take over' satisfies ToWorker),
  };
}
