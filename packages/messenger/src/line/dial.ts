/** The page's part of `through-page.ts`: dials by WebRTC-Direct, which workers cannot. */
import { pageVolunteerCarrier, VOLUNTEER } from '@polynya/reach/carriers/volunteer/asker';
import { pageDirectCarrier } from '@polynya/reach/carriers/webrtc-direct/page-client';
import { serveCarrier } from './carrier-port.ts';

/** Until the worker, or the connection, ends. @param endpoint of WebRTC-Direct; or `volunteer` and STUN's, a space between */
export function dial(endpoint: string, port: MessagePort): Promise<void> {
  const [first, ...stun] = endpoint.split(' ');
  return serveCarrier(
    (signal, meet) =>
      first === VOLUNTEER
        ? pageVolunteerCarrier.meets(meet, stun, signal)
        : pageDirectCarrier.open(endpoint, signal),
    port,
  );
}
