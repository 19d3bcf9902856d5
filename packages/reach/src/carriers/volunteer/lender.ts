/** A volunteer's side: takes an offer of somebody whom it does not know, and hands on envelopes both ways. Pages only. */
import type { Carrier } from '../carrier.ts';
import { ChannelCarrier } from '../webrtc-direct/channel.ts';
import { pageChannel } from '../webrtc-direct/page-client.ts';
import { VOLUNTEER } from './asker.ts';
import { connectionBy, descriptionOf, meetingOf } from './page-meeting.ts';

/** From the answer to an open channel, in ms. */
const OPENS_WITHIN = 30_000;
/** Bytes held for an end that does not take them, beyond which what comes for it is lost. */
const UNREAD = 1_048_576;
/** A guest who says nothing for so long is gone, in ms: clients speak every 30 s. */
const SILENCE = 120_000;

export interface Guest {
  /** For who offered. */
  readonly answer: Uint8Array;
  /** Rejects if nobody comes. */
  readonly carrier: Promise<ChannelCarrier>;
}

/** @param offer as it came @param stun URLs of STUN servers. Throws ProtocolError 'malformed' for nonsense, or the browser's error. */
export async function takeOffer(offer: Uint8Array, stun: readonly string[]): Promise<Guest> {
  const connection = connectionBy(stun);
  try {
    const carrier = new Promise<ChannelCarrier>((resolve, reject) => {
      const late = setTimeout(() => {
        connection.close();
        reject(new Error('nobody came'));
      }, OPENS_WITHIN);
      connection.ondatachannel = ({ channel }) => {
        clearTimeout(late);
        connection.ondatachannel = null;
        resolve(new ChannelCarrier(pageChannel(channel, connection), VOLUNTEER));
      };
    });
    carrier.catch(() => undefined);
    await connection.setRemoteDescription(descriptionOf(offer, 'offer'));
    await connection.setLocalDescription();
    return { answer: await meetingOf(connection), carrier };
  } catch (error) {
    connection.close();
    throw error;
  }
}

export interface Carried {
  /** Ends both. */
  end(): void;
}

/**
 * Joins two carriers until one of them ends, or `most` bytes were carried.
 * @param carried told of each envelope that was handed on, in bytes, and whether the server sent it
 * @param over called once
 */
export function joinCarriers(
  guest: Carrier,
  server: Carrier,
  most: number,
  carried: (bytes: number, answered: boolean) => void,
  over: () => void,
): Carried {
  let left = most;
  let silence: ReturnType<typeof setTimeout> | undefined;
  let ended = false;
  const end = (): void => {
    if (ended) return;
    ended = true;
    clearTimeout(silence);
    guest.close();
    server.close();
    over();
  };
  const heard = (): void => {
    clearTimeout(silence);
    silence = setTimeout(end, SILENCE);
  };
  const pass = (to: Carrier) => (envelope: Uint8Array) => {
    if (to === server) heard();
    if (to.backlog() > UNREAD) return;
    left -= envelope.length;
    if (left < 0) return end();
    // Each may be one that lingers, and would hold back what went in one POST with it.
    to.send(envelope, 'lingers');
    carried(envelope.length, to === guest);
  };
  heard();
  guest.onEnvelope = pass(server);
  server.onEnvelope = pass(guest);
  guest.onClose = end;
  server.onClose = end;
  return { end };
}
