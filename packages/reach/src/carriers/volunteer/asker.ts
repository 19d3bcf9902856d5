/** The carrier of who is helped: by WebRTC to a volunteer's page, which hands on what it cannot open. Pages only. */
import type { Carrier, CarrierFactory, Meet } from '../carrier.ts';
import { ChannelCarrier } from '../webrtc-direct/channel.ts';
import { opened, pageChannel } from '../webrtc-direct/page-client.ts';
import { connectionBy, descriptionOf, meetingOf } from './page-meeting.ts';

export const VOLUNTEER = 'volunteer';

export const pageVolunteerCarrier = {
  kind: VOLUNTEER,
  // It leads nowhere by itself: somebody who already has a line asks for one.
  takes: () => false,
  open: () => Promise.reject(new Error('a volunteer is met, not opened')),
  meets: async (meet: Meet, stun: readonly string[], signal: AbortSignal): Promise<Carrier> => {
    signal.throwIfAborted();
    const connection = connectionBy(stun);
    try {
      const dataChannel = connection.createDataChannel('');
      const open = opened(connection, dataChannel, signal);
      await connection.setLocalDescription();
      const answer = await meet(await meetingOf(connection));
      await connection.setRemoteDescription(descriptionOf(answer, 'answer'));
      await open;
      return new ChannelCarrier(pageChannel(dataChannel, connection), VOLUNTEER);
    } catch (error) {
      connection.close();
      throw error;
    }
  },
} satisfies CarrierFactory;
