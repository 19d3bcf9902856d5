/**
 * No way is tried while this device is in no network: the system's resolver would be asked in vain, and a lookup that
 * nobody waits for any more keeps a program from ending (getaddrinfo(3) cannot be called off). Node only.
 */
import { networkInterfaces } from 'node:os';
import type { CarrierFactory } from '@polynya/reach/carriers/carrier';

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

export function whileConnected(
  factory: CarrierFactory,
  interfaces: typeof networkInterfaces = networkInterfaces,
): CarrierFactory {
  const isConnected = () =>
    Object.values(interfaces()).some((one) => one?.some(({ internal }) => !internal));
  return {
    ...factory,
    open: async (endpoint, signal, openings) => {
      const isHere = endpoint.split(' ').every((url) => LOOPBACK.test(new URL(url).hostname));
      if (!isHere && !isConnected()) throw new Error('this device is in no network');
      return factory.open(endpoint, signal, openings);
    },
  };
}
