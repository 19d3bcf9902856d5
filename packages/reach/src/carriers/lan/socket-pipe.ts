/** A connection of TCP as a pipe. Node only. */
import type { Socket } from 'node:net';
import type { Pipe } from './pipe.ts';

export function socketPipe(socket: Socket): Pipe {
  const pipe: Pipe = {
    send: (bytes) => {
      if (!socket.destroyed) socket.write(bytes);
    },
    close: () => socket.destroy(),
    onBytes: () => undefined,
    onClose: () => undefined,
  };
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: Uint8Array) => pipe.onBytes(chunk));
  socket.once('close', () => pipe.onClose());
  return pipe;
}
