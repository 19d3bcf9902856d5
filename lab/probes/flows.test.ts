import { expect, test } from 'vitest';
import type { Packet } from '../network/pcap.ts';
import { type Flow, flowsTo, separating } from './flows.ts';

const flow = (said: readonly number[], hello = 'browser', open = 1): Flow => ({
  ...{ hello, said, heard: [500] },
  numbers: { 'records up': said.length, 'seconds open': open },
});

test('what is the same, or lies among the others, tells nothing', () => {
  const ours = [flow([100, 281]), flow([90, 90, 90], 'program')];
  const theirs = [flow([100]), flow([100, 90, 281, 4])];
  expect(separating(ours, theirs)).toEqual([]);
});

test('a number that all of the ones have and none of the others is told, and so are hellos and lengths', () => {
  const ours = [flow([281, 281, 281], 'program', 60), flow([90, 281, 281], 'program', 70)];
  const theirs = [flow([100], 'browser', 1), flow([100, 90], 'browser', 5)];
  expect(separating(ours, theirs)).toEqual([
    'the hello (JA4 program, not browser)',
    'records up (3, not 1 to 2)',
    'seconds open (60 to 70, not 1 to 5)',
    'records up of 281 bytes',
  ]);
});

test('what is no TLS, or says nothing after its handshake, is no connection to look at', () => {
  const from = { from: '192.168.7.11', fromPort: 5_000, to: '198.51.100.10', toPort: 443 };
  const packet = (sequence: number, payload: Buffer): Packet => ({
    ...{ ...from, at: 1, protocol: 'tcp', length: 40 + payload.length, syn: sequence === 0 },
    ...{ sequence, payload },
  });
  const packets = [packet(0, Buffer.alloc(0)), packet(1, Buffer.from('GET / HTTP/1.1\r\n\r\n'))];
  expect(flowsTo('198.51.100.10', ['192.168.7.11'], packets)).toEqual([]);
});
