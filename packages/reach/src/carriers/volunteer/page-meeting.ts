/** A page's WebRTC connections as what two who meet tell each other (docs/protocol.md section 4), and back. */
import { fromHex } from '@polynya/protocol/bytes';
import { decodeMeeting, encodeMeeting } from '@polynya/protocol/meeting';
import { description } from '../webrtc-direct/descriptions.ts';

/** How long a page looks for addresses of its own, in ms. */
const GATHERING = 2_000;
const MOST = 8;

/** A new connection that asks these STUN servers, and nobody else, where it is. */
export function connectionBy(stun: readonly string[]): RTCPeerConnection {
  return new RTCPeerConnection({ iceServers: stun.length > 0 ? [{ urls: [...stun] }] : [] });
}

/** What a connection whose local description is set can be reached by. */
export async function meetingOf(connection: RTCPeerConnection): Promise<Uint8Array<ArrayBuffer>> {
  await gathered(connection);
  const sdp = connection.localDescription?.sdp ?? '';
  const line = (name: string): string =>
    new RegExp(`^a=${name}:(.*?)\r?$`, 'm').exec(sdp)?.[1] ?? '';
  const fingerprint = line('fingerprint').replace('sha-256 ', '').replaceAll(':', '');
  return encodeMeeting({
    ufrag: line('ice-ufrag'),
    password: line('ice-pwd'),
    fingerprint: fromHex(fingerprint.toLowerCase()),
    candidates: [...sdp.matchAll(/^a=(candidate:.*?)\r?$/gm)]
      .map(([, one = '']) => one)
      .slice(0, MOST),
  });
}

/** The description of who said this. Throws ProtocolError 'malformed' for nonsense. */
export function descriptionOf(
  encoded: Uint8Array,
  type: 'offer' | 'answer',
): RTCSessionDescriptionInit {
  const { fingerprint, candidates, ...credentials } = decodeMeeting(encoded);
  // Who answers is DTLS's client, as browsers have it.
  const setup = type === 'offer' ? 'actpass' : 'active';
  return { type, sdp: description(credentials, setup, fingerprint, '0', candidates) };
}

function gathered(connection: RTCPeerConnection): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, GATHERING);
    const look = (): void => {
      if (connection.iceGatheringState !== 'complete') return;
      clearTimeout(timer);
      resolve();
    };
    connection.onicegatheringstatechange = look;
    look();
  });
}
