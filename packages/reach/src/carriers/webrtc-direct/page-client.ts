/**
 * WebRTC-Direct from a page (W3C WebRTC; docs/protocol.md section 2). Workers have no RTCPeerConnection: for them
 * `through-page.ts` asks the page.
 */
import { decodeDirectEndpoint, isDirect } from '@polynya/protocol/webrtc-direct';
import { systemClock, systemRandom } from '../../clock.ts';
import type { CarrierFactory } from '../carrier.ts';
import { type Channel, ChannelCarrier, WEBRTC_DIRECT } from './channel.ts';
import { serverCredentials } from './credentials.ts';
import { answerOf, candidateOf, passwordIn } from './descriptions.ts';

export const pageDirectCarrier: CarrierFactory = {
  kind: WEBRTC_DIRECT,
  datagrams: true,
  takes: isDirect,
  open: async (endpoint, signal) => new ChannelCarrier(await connect(endpoint, signal)),
};

/** @throws ProtocolError 'malformed', the browser's error, the signal's reason */
async function connect(endpoint: string, signal: AbortSignal): Promise<Channel> {
  const to = decodeDirectEndpoint(endpoint);
  signal.throwIfAborted();
  // No servers of anybody's are asked for addresses: nobody needs to know ours.
  const connection = new RTCPeerConnection({ iceServers: [] });
  try {
    const dataChannel = connection.createDataChannel('');
    const open = opened(connection, dataChannel, signal);
    await connection.setLocalDescription();
    const sdp = connection.localDescription?.sdp ?? '';
    const theirs = await serverCredentials(
      to.secret,
      passwordIn(sdp) ?? '',
      systemClock.now(),
      systemRandom,
    );
    await connection.setRemoteDescription({ type: 'answer', sdp: answerOf(to, theirs) });
    await connection.addIceCandidate({ sdpMLineIndex: 0, candidate: candidateOf(to) });
    await open;
    return pageChannel(dataChannel, connection);
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** Resolves when the channel is open. Rejects with the signal's reason, or when it never will be. */
export function opened(
  connection: RTCPeerConnection,
  dataChannel: RTCDataChannel,
  signal: AbortSignal,
): Promise<void> {
  const open = new Promise<void>((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    dataChannel.onopen = () => {
      signal.removeEventListener('abort', abort);
      resolve();
    };
    connection.onconnectionstatechange = () => {
      if (connection.connectionState === 'failed') reject(new Error('no answer to datagrams'));
    };
  });
  // What fails before anybody waits for it is told by that.
  open.catch(() => undefined);
  return open;
}

/** An open data channel of a page. Its connection ends with it. */
export function pageChannel(dataChannel: RTCDataChannel, connection: RTCPeerConnection): Channel {
  const channel: Channel = {
    send: (message) => {
      if (dataChannel.readyState === 'open') dataChannel.send(new Uint8Array(message));
    },
    buffered: () => dataChannel.bufferedAmount,
    close: () => {
      dataChannel.onclose = null;
      connection.onconnectionstatechange = null;
      connection.close();
    },
    onMessage: () => undefined,
    onDrained: () => undefined,
    onClose: () => undefined,
  };
  dataChannel.binaryType = 'arraybuffer';
  dataChannel.onmessage = ({ data }: MessageEvent<unknown>) =>
    // A text is nothing of ours: as no bytes it ends the carrier.
    channel.onMessage(data instanceof ArrayBuffer ? new Uint8Array(data) : new Uint8Array(0));
  dataChannel.onbufferedamountlow = () => channel.onDrained();
  const ended = (): void => {
    const lost = connection.connectionState === 'failed';
    channel.close();
    channel.onClose(lost ? 'lost' : 'refused');
  };
  dataChannel.onclose = ended;
  connection.onconnectionstatechange = () => {
    if (connection.connectionState === 'failed') ended();
  };
  return channel;
}
