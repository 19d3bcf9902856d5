/** The networks that this device is in: beacons by UDP multicast, calls by TCP. Node only. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import {
  type BeaconPlace,
  type BeaconSocket,
  openBeaconSocket,
  placesHere,
} from './beacon-socket.ts';
import type { Place, Visited } from './place.ts';
import { socketPipe } from './socket-pipe.ts';

export class NetworkPlace implements Place {
  readonly strangers = 32;
  readonly #visited: Visited;
  readonly #log: (line: string) => void;
  readonly #server: Server;
  readonly #connections = new Set<Socket>();
  /** By the names of the networks that this device is in. */
  readonly #sockets = new Map<string, BeaconSocket>();

  private constructor(visited: Visited, log: (line: string) => void) {
    this.#visited = visited;
    this.#log = log;
    this.#server = createServer((socket) => {
      this.#keep(socket);
      visited.called(socketPipe(socket), this);
    });
    this.#server.on('error', (error) => log(`near: ${error.message}`));
  }

  /** Without a network it waits for one. @param log of trouble with the network, for whoever runs the program */
  static async open(visited: Visited, log: (line: string) => void): Promise<NetworkPlace> {
    const place = new NetworkPlace(visited, log);
    place.#server.listen(0);
    await once(place.#server, 'listening');
    place.#listen();
    return place;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  tell(beacon: Uint8Array): void {
    this.#listen();
    for (const socket of this.#sockets.values()) socket.send(beacon);
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets.values()) socket.close();
    for (const socket of this.#connections) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #keep(socket: Socket): void {
    this.#connections.add(socket);
    socket.once('close', () => this.#connections.delete(socket));
  }

  /** Networks come and go while the program runs. */
  #listen(): void {
    const here = placesHere();
    for (const [name, socket] of this.#sockets) {
      if (here.has(name)) continue;
      this.#sockets.delete(name);
      socket.close();
    }
    for (const [name, place] of here) if (!this.#sockets.has(name)) this.#listenOn(name, place);
  }

  #listenOn(name: string, place: BeaconPlace): void {
    const heard = (beacon: Uint8Array, host: string): void =>
      this.#visited.heard(
        beacon,
        (port) => {
          const socket = connect({ host, port });
          this.#keep(socket);
          return socketPipe(socket);
        },
        this,
      );
    const socket = openBeaconSocket(place, heard, (error) => {
      this.#log(`near: ${error.message}`);
      if (this.#sockets.get(name) !== socket) return;
      this.#sockets.delete(name);
      socket.close();
    });
    this.#sockets.set(name, socket);
  }
}
