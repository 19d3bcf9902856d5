/** Why a server does not start, told to its host in one sentence. */
import { DirectError } from '@polynya/reach/carriers/webrtc-direct/node-datagrams';
import { ConfigError } from './config.ts';
import { StorageError } from './engine/engine.ts';

/** The server does not start; `message` is one sentence. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

/** What to tell the host when a start rejects, or undefined for a bug. */
export function startFailure(error: unknown): string | undefined {
  const told =
    error instanceof StartError || error instanceof StorageError || error instanceof ConfigError;
  return told ? error.message : undefined;
}

/** What `error` of listening at `host` and `port` is to the host; what is no reason of that kind stays what it is. */
export function asStartError(
  error: unknown,
  { host, port }: { readonly host: string; readonly port: number },
): unknown {
  if (error instanceof DirectError) return new StartError(error.message, { cause: error });
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') {
    const message = `Port ${port} of ${host} is in use: stop what runs there, or choose another port.`;
    return new StartError(message, { cause: error });
  }
  if (code === 'EACCES' || code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return new StartError(`The server cannot listen on ${host}, port ${port} (${code}).`, {
      cause: error,
    });
  }
  return error;
}
