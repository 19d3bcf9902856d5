/** WebRTC in Node: the library, loaded when it is first needed, and its data channels as ours. */
import type { DataChannel, PeerConnection } from 'node-datachannel';
import type { Channel } from './channel.ts';

export type Library = typeof import('node-datachannel');

/** `unavailable`: there is no such library for this platform. `port`: the port cannot be had. */
export type DirectErrorCode = 'unavailable' | 'port';

/** WebRTC-Direct does not begin; `message` is one sentence. */
export class DirectError extends Error {
  override readonly name = 'DirectError';
  readonly code: DirectErrorCode;

  constructor(code: DirectErrorCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

/** @throws DirectError 'unavailable' */
export async function loadLibrary(
  load: () => Promise<Library> = () => import('node-datachannel'),
): Promise<Library> {
  try {
    return await load();
  } catch (cause) {
    const { platform, arch } = process;
    const message = `WebRTC needs the package node-datachannel, which was not installed or has no build for this platform (${platform}, ${arch}).`;
    throw new DirectError('unavailable', message, cause);
  }
}

/** A data channel. Its connection ends with it. @param gone called once when it did, whoever ended it */
export function channelOf(
  dataChannel: DataChannel,
  connection: PeerConnection,
  gone: () => void = () => undefined,
): Channel {
  let ended = false;
  const end = (): boolean => {
    if (ended) return false;
    ended = true;
    connection.close();
    gone();
    return true;
  };
  const channel: Channel = {
    send: (message) => {
      if (ended || !dataChannel.isOpen()) return;
      try {
        dataChannel.sendMessageBinary(message);
      } catch {
        // It ended in the library's own thread, which says so a moment later.
        if (end()) channel.onClose('lost');
      }
    },
    buffered: () => (ended ? 0 : dataChannel.bufferedAmount()),
    close: () => void end(),
    onMessage: () => undefined,
    onDrained: () => undefined,
    onClose: () => undefined,
  };
  dataChannel.setBufferedAmountLowThreshold(0);
  dataChannel.onBufferedAmountLow(() => {
    if (!ended) channel.onDrained();
  });
  dataChannel.onClosed(() => {
    if (ended) return;
    const reason = connection.state() === 'failed' ? 'lost' : 'refused';
    if (end()) channel.onClose(reason);
  });
  connection.onStateChange((state) => {
    if (/^(failed|closed)$/.test(state) && end()) channel.onClose('lost');
  });
  dataChannel.onMessage((message) => {
    if (ended) return;
    // A text is nothing of ours: as no bytes it ends the carrier.
    channel.onMessage(typeof message === 'string' ? new Uint8Array(0) : new Uint8Array(message));
  });
  return channel;
}
