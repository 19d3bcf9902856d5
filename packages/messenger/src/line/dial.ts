/** The page's part of `through-page.ts`: dials by WebRTC-Direct, which workers cannot. */
import { pageDirectCarrier } from '@polynya/reach/carriers/webrtc-direct/page-client';
import { serveCarrier } from './carrier-port.ts';

/** Until the worker, or the connection, ends. */
export function dial(endpoint: string, port: MessagePort): Promise<void> {
  return serveCarrier((signal) => pageDirectCarrier.open(endpoint, signal), port);
}
