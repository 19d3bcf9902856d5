/** Hands on what comes to a bridge by WebRTC-Direct, to the server's WebSocket: envelopes, of which it opens none. */
import type { ChannelCarrier } from '@polynya/reach/carriers/webrtc-direct/channel';
import type { WebSocket } from 'ws';

/** Bytes held for an end that does not take them: beyond, the server is not read, and what clients send is lost. */
const UNREAD = 1_048_576;
/** A connection on which nothing comes up for so long ends, in ms: clients speak every 30 s. */
const SILENCE = 120_000;

/** Until one of them ends. @param opening the server's, null if it takes none */
export function joinDirect(client: ChannelCarrier, opening: Promise<WebSocket | null>): void {
  let server: WebSocket | undefined;
  let waiting: Uint8Array[] = [];
  let bytes = 0;
  let gone = false;
  const end = (): void => {
    gone = true;
    clearTimeout(silence);
    client.close();
    server?.close();
  };
  const silence = setTimeout(end, SILENCE);
  client.onClose = end;
  client.onDrained = () => server?.resume();
  client.onEnvelope = (envelope) => {
    silence.refresh();
    if (server) {
      if (server.readyState === server.OPEN && server.bufferedAmount <= UNREAD)
        server.send(envelope);
    } else if (bytes + envelope.length <= UNREAD) {
      bytes += envelope.length;
      waiting.push(envelope);
    }
  };
  void opening.then((opened) => {
    if (!opened) return end();
    if (gone) return opened.terminate();
    server = opened;
    for (const envelope of waiting) opened.send(envelope);
    waiting = [];
    opened.on('message', (data, binary) => {
      if (!binary || !Buffer.isBuffer(data)) return end();
      client.send(data);
      if (client.backlog() > UNREAD) opened.pause();
    });
    opened.on('error', () => opened.terminate());
    opened.on('close', end);
  });
}
