/** Two ways to move envelopes to an endpoint (docs/protocol.md, section 2): WebSocket and HTTP POST. */

/** Moves envelopes, and may lose them. */
export interface Carrier {
  send(envelope: Uint8Array): void;
  /** Called with every envelope that comes. */
  receive: (envelope: Uint8Array) => void;
  /** Called when the other end has hung up, or answered as a web site does. */
  refused: () => void;
  /** Whether what the server has to say waits for a POST to answer. */
  readonly mustLinger: boolean;
  close(): void;
}

const ignore = () => {};

/** Each binary message is one envelope. Rejects if no connection comes about. */
export async function webSocketCarrier(endpoint: string): Promise<Carrier> {
  const socket = new WebSocket(endpoint.replace(/^http/, 'ws'));
  socket.binaryType = 'arraybuffer';
  await new Promise<void>((resolve, reject) => {
    socket.onopen = () => resolve();
    socket.onerror = () => reject(new Error('no WebSocket to this endpoint'));
  });
  const carrier: Carrier = {
    send: (envelope) => socket.send(Uint8Array.from(envelope)),
    receive: ignore,
    refused: ignore,
    mustLinger: false,
    close: () => socket.close(),
  };
  socket.onmessage = ({ data }) => carrier.receive(new Uint8Array(data));
  socket.onerror = ignore;
  socket.onclose = () => carrier.refused();
  return carrier;
}

/** One envelope to a POST, any number in its answer. */
export function postCarrier(endpoint: string): Carrier {
  const stop = new AbortController();
  const carrier: Carrier = {
    send: (envelope) => void post(envelope),
    receive: ignore,
    refused: ignore,
    mustLinger: true,
    close: () => stop.abort(),
  };
  async function post(envelope: Uint8Array): Promise<void> {
    try {
      const response = await fetch(endpoint, {
        method: 'POST',
        headers: { 'content-type': 'application/octet-stream' },
        body: Uint8Array.from(frame(envelope)),
        signal: stop.signal,
      });
      const answer = new Uint8Array(await response.arrayBuffer());
      const sealed = response.headers.get('content-type') === 'application/octet-stream';
      if (response.status !== 200 || !sealed) carrier.refused();
      else for (const one of unframe(answer)) carrier.receive(one);
    } catch {
      // A carrier may lose envelopes: whoever waits for an answer asks again.
    }
  }
  return carrier;
}

function frame(envelope: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(envelope.length);
  return Buffer.concat([length, envelope]);
}

function* unframe(body: Uint8Array): Generator<Uint8Array> {
  const view = new DataView(body.buffer, body.byteOffset, body.length);
  for (let at = 0; at < body.length; ) {
    const end = at + 4 + view.getUint32(at);
    if (end > body.length) throw new RangeError('an envelope cut short');
    yield body.subarray(at + 4, end);
    at = end;
  }
}
