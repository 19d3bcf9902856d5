/**
 * Preloaded (`--import`) into a client, so that all its connections come from one address of 127.0.0.0/8:
 * the server then has something to write down that is nobody else's.
 */
import net from 'node:net';

const localAddress = process.env.POLYNYA_TEST_ADDRESS;
const connect = net.connect;

/** fetch, WebSocket and `ws` all come by here, with their options in one object. */
function connectFrom(...given: unknown[]): net.Socket {
  const [options, ...rest] = given;
  if (typeof options !== 'object' || options === null) throw new Error('connected in another way');
  return Reflect.apply(connect, net, [{ ...options, localAddress }, ...rest]);
}

if (localAddress) Object.assign(net, { connect: connectFrom, createConnection: connectFrom });
