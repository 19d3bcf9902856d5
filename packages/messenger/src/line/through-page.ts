/** WebRTC for a messenger in a worker: the page that started it dials. What does so loads when it is first tried. */
import type { CarrierFactory, Meet } from '@polynya/reach/carriers/carrier';

/** Asks the page to dial an endpoint and to serve the carrier at the port. */
export type Dial = (endpoint: string, port: MessagePort) => void;

export function throughPage(dial: Dial): readonly CarrierFactory[] {
  const through = async (kind: string, endpoint: string, signal: AbortSignal, meet?: Meet) => {
    const { connectCarrier } = await import('./carrier-port.ts');
    const { port1, port2 } = new MessageChannel();
    dial(endpoint, port2);
    return connectCarrier(kind, port1, signal, meet);
  };
  const direct = 'webrtc-direct';
  const volunteer = 'volunteer';
  return [
    {
      kind: direct,
      datagrams: true,
      takes: (endpoint) => endpoint.startsWith('webrtc:'),
      open: (endpoint, signal) => through(direct, endpoint, signal),
    },
    {
      kind: volunteer,
      takes: () => false,
      open: () => Promise.reject(),
      meets: (meet, stun, signal) =>
        through(volunteer, [volunteer, ...stun].join(' '), signal, meet),
    },
  ];
}
