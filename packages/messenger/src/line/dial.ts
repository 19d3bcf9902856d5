/** The page's part of `through-page.ts`: dials by WebRTC-Direct, which workers cannot. */
import { pageVolunteerCarrier, VOLUNTEER } from '@polynya/reach/carriers/volunteer/asker';
import { pageDirectCarrier } from '@polynya/reach/carriers/webrtc-direct/page-client';
import { serveCarrier } from './carrier-port.ts';

/** Until the worker, or the connection, ends. @param endpoint of WebRTC-Direct, or `volunteer` */
export function dial(endpoint: string, port: MessagePort): Promise<void> {
  return serveCarrier(
    (signal, meet) =>
      endpoint === VOLUNTEER
        ? pageVolunteerCarrier.meets(meet, signal)
        : pageDirectCarrier.open(endpoint, signal),
    port,
  );
}
