/** WebRTC-Direct from Node (docs/protocol.md section 2). */
import { decodeDirectEndpoint, isDirect } from '@polynya/protocol/webrtc-direct';
import { type Clock, type Random, systemClock, systemRandom } from '../../clock.ts';
import type { CarrierFactory } from '../carrier.ts';
import { type Channel, ChannelCarrier, WEBRTC_DIRECT } from './channel.ts';
import { iceLetters, serverCredentials } from './credentials.ts';
import { answerOf, candidateOf } from './descriptions.ts';
import { channelOf, loadLibrary } from './node-datagrams.ts';

export function nodeDirectCarrier(
  clock: Pick<Clock, 'now'> = systemClock,
  random: Random = systemRandom,
): CarrierFactory {
  return {
    kind: WEBRTC_DIRECT,
    datagrams: true,
    takes: isDirect,
    open: async (endpoint, signal) =>
      new ChannelCarrier(await connect(endpoint, signal, clock, random)),
  };
}

/** @throws ProtocolError 'malformed', DirectError 'unavailable', the signal's reason */
async function connect(
  endpoint: string,
  signal: AbortSignal,
  clock: Pick<Clock, 'now'>,
  random: Random,
): Promise<Channel> {
  const to = decodeDirectEndpoint(endpoint);
  const own = { iceUfrag: iceLetters(random(6)), icePwd: iceLetters(random(24)) };
  const theirs = await serverCredentials(to.secret, own.icePwd, clock.now(), random);
  const { PeerConnection } = await loadLibrary();
  signal.throwIfAborted();
  const connection = new PeerConnection('', { iceServers: [], disableAutoNegotiation: true });
  return new Promise((resolve, reject) => {
    let over = false;
    const fail = (reason: unknown): void => {
      if (over) return;
      over = true;
      connection.close();
      reject(reason);
    };
    const abort = (): void => fail(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    connection.onStateChange((state) => {
      if (/^(failed|closed)$/.test(state)) fail(new Error('no answer to datagrams'));
    });
    const dataChannel = connection.createDataChannel('');
    dataChannel.onOpen(() => {
      signal.removeEventListener('abort', abort);
      // What was under way when it ended still comes, and nothing may be asked of it any more.
      if (!over) resolve(channelOf(dataChannel, connection));
    });
    connection.setLocalDescription('offer', own);
    connection.setRemoteDescription(answerOf(to, theirs), 'answer');
    connection.addRemoteCandidate(candidateOf(to), '0');
  });
}
