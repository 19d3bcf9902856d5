/** When somebody looks for what is over. */
import { expect, it, vi } from 'vitest';
import { Changes } from '../queries/changes.ts';
import { ANNA, CHAT, eachTimeline, from, text } from '../test/test-timeline.ts';
import { watchExpiry } from './expiry.ts';

const chat = eachTimeline();

it('is known of a message that came while somebody looked', async () => {
  const { store, timeline } = chat;
  const waits: number[] = [];
  const gate = Promise.withResolvers<void>();
  const clock = {
    now: () => chat.now,
    setTimeout(_: () => void, ms: number) {
      waits.push(ms);
      return () => undefined;
    },
  };
  const look = watchExpiry({
    ports: {
      store: {
        apply: (changes) => store.apply(changes),
        async range(table, range) {
          const found = await store.range(table, range);
          await gate.promise;
          return found;
        },
      },
      clock,
      log: () => undefined,
    },
    changes: new Changes(clock),
    closing: new AbortController().signal,
    timeline,
  });
  look();
  const said = text('gone soon') as Extract<ReturnType<typeof text>, { kind: 'text' }>;
  const content = { kind: 'wrapped', text: '', after: 60, forwarded: false, said } as const;
  await chat.tell(from(ANNA, 1, content));
  expect(await store.range('expiry')).toHaveLength(1);
  look();
  gate.resolve();
  await vi.waitFor(() => expect(waits).toEqual([60_000]), { timeout: 60_000 });
  expect(await timeline.message(CHAT, from(ANNA, 1, content).id)).not.toBeNull();
});
