/** WebRTC-Direct for a messenger in a worker: the page that started it dials. What does so loads when it is first tried. */
import type { CarrierFactory } from '@polynya/reach/carriers/carrier';

/** Asks the page to dial an endpoint and to serve the carrier at the port. */
export type Dial = (endpoint: string, port: MessagePort) => void;

export function throughPage(dial: Dial): CarrierFactory {
  const kind = 'webrtc-direct';
  return {
    kind,
    takes: (endpoint) => endpoint.startsWith('webrtc:'),
    open: async (endpoint, signal) => {
      const { connectCarrier } = await import('./carrier-port.ts');
      const { port1, port2 } = new MessageChannel();
      dial(endpoint, port2);
      return connectCarrier(kind, port1, signal);
    },
  };
}
