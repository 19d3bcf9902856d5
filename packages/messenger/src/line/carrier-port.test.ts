import type { Carrier } from '@polynya/reach/carriers/carrier';
import { expect, test } from 'vitest';
import { connectCarrier, serveCarrier } from './carrier-port.ts';

const NEVER = new AbortController().signal;

class Stub implements Carrier {
  readonly kind = 'stub';
  readonly polls = false;
  sent: Uint8Array[] = [];
  waiting = 0;
  closed = 0;
  onEnvelope: Carrier['onEnvelope'] = () => undefined;
  onClose: Carrier['onClose'] = () => undefined;
  send(envelope: Uint8Array): void {
    this.sent.push(envelope);
    this.waiting += envelope.length;
  }
  backlog(): number {
    return this.waiting;
  }
  close(): void {
    this.closed++;
  }
}

async function opened(): Promise<{ far: Stub; near: Carrier }> {
  const far = new Stub();
  const { port1, port2 } = new MessageChannel();
  void serveCarrier(() => Promise.resolve(far), port1);
  return { far, near: await connectCarrier('webrtc-direct', port2, NEVER) };
}

test('what goes in at one end of the port comes out of the carrier at the other, both ways', async () => {
  const { far, near } = await opened();
  const heard: Uint8Array[] = [];
  near.onEnvelope = (envelope) => void heard.push(envelope);
  near.send(Uint8Array.of(1, 2));
  far.onEnvelope(Uint8Array.of(3));
  await expect.poll(() => far.sent).toEqual([Uint8Array.of(1, 2)]);
  await expect.poll(() => heard).toEqual([Uint8Array.of(3)]);
  near.close();
  await expect.poll(() => far.closed).toBe(1);
});

test('what has not left the carrier counts as backlog, until it has', async () => {
  const { far, near } = await opened();
  near.send(new Uint8Array(500));
  expect(near.backlog()).toBe(500);
  await expect.poll(() => far.sent.length).toBe(1);
  far.waiting = 100;
  await expect.poll(() => near.backlog()).toBe(100);
  far.waiting = 0;
  await expect.poll(() => near.backlog()).toBe(0);
  near.close();
});

test('an end is told with its reason', async () => {
  const { far, near } = await opened();
  const ended = new Promise((resolve) => {
    near.onClose = resolve;
  });
  far.onClose('refused');
  expect(await ended).toBe('refused');
});

test('a carrier that does not open, or is not waited for any more, rejects and leaves nothing behind', async () => {
  const failing = new MessageChannel();
  void serveCarrier(() => Promise.reject(new Error('no')), failing.port1);
  await expect(connectCarrier('x', failing.port2, NEVER)).rejects.toThrow();
  const late = new MessageChannel();
  const told = Promise.withResolvers<AbortSignal>();
  void serveCarrier((signal) => {
    told.resolve(signal);
    return new Promise(() => undefined);
  }, late.port1);
  const over = new AbortController();
  const opening = connectCarrier('x', late.port2, over.signal);
  const signal = await told.promise;
  over.abort(new Error('over'));
  await expect(opening).rejects.toThrow('over');
  await expect.poll(() => signal.aborted).toBe(true);
});

test('an offer made at one end of the port is answered at the other', async () => {
  const far = new Stub();
  const { port1, port2 } = new MessageChannel();
  let answer: Uint8Array | undefined;
  void serveCarrier(async (_, meet) => {
    answer = await meet(Uint8Array.of(1));
    return far;
  }, port1);
  const meet = async (offer: Uint8Array) => Uint8Array.of(...offer, 2);
  const near = await connectCarrier('volunteer', port2, NEVER, meet);
  expect(answer).toEqual(Uint8Array.of(1, 2));
  near.close();
});

test('where nobody is met, no carrier opens', async () => {
  const { port1, port2 } = new MessageChannel();
  void serveCarrier(async (_, meet) => {
    await meet(Uint8Array.of(1));
    return new Stub();
  }, port1);
  const nobody = () => Promise.reject(new Error('nobody'));
  await expect(connectCarrier('volunteer', port2, NEVER, nobody)).rejects.toThrow('nobody');
});
