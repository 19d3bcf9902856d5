/** A messenger behind a port is the messenger: answers, problems, subscriptions, bytes and files. */
import { type Messenger, Problem } from '@polynya/messenger/api';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { connectMessenger, type RemoteMessenger, serveMessenger } from './remote.ts';

/** Only what a test needs of a messenger; the port between is real. */
function connect(part: Partial<Messenger>): RemoteMessenger {
  const { port1, port2 } = new MessageChannel();
  serveMessenger(part as Messenger, port1 as unknown as MessagePort);
  const remote = connectMessenger(port2 as unknown as MessagePort);
  open.push(port1, remote);
  return remote;
}
const open: ({ close(): void } | RemoteMessenger)[] = [];
afterEach(() => {
  for (const end of open.splice(0)) 'end' in end ? end.end() : end.close();
});

const status = { me: null, line: 'online', unread: 1 };

describe('a remote messenger', () => {
  it('answers with what the method answers, called on its own object', async () => {
    const owner = {
      name: 'Anna',
      async preview(this: { name: string }, link: string) {
        return { kind: 'chat', direct: true, title: link, inviter: this.name, people: 2 } as const;
      },
    };
    const { messenger } = connect(owner as unknown as Partial<Messenger>);
    expect(await messenger.preview('a link')).toMatchObject({ title: 'a link', inviter: 'Anna' });
  });

  it('refuses with the same Problem, and with `failed` for any other error', async () => {
    const { messenger } = connect({
      join: () => Promise.reject(new Problem('invite-used', 'too late')),
      leave: () => Promise.reject(new TypeError('a bug')),
    });
    const refused = await messenger.join('link').catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(Problem);
    expect(refused).toMatchObject({ code: 'invite-used', message: 'too late' });
    await expect(messenger.leave('chat')).rejects.toMatchObject({ code: 'failed' });
  });

  it('passes files and bytes as they are', async () => {
    let got: unknown[] = [];
    const { messenger } = connect({
      async sendFile(...args) {
        got = args;
        return { id: 'ab' };
      },
    });
    const thumb = new Uint8Array([1, 2, 3]);
    await messenger.sendFile('chat', new Blob(['ice']), { name: 'ice.txt', thumb });
    const [, file, about] = got as [string, Blob, { thumb: Uint8Array }];
    expect(await file.text()).toBe('ice');
    expect(about.thumb).toEqual(thumb);
  });

  it('tells every result of a subscription that differs until it is ended, and then tells the messenger', async () => {
    let tell: (value: typeof status) => void = () => undefined;
    const stop = vi.fn();
    const { messenger } = connect({
      subscribe(_query, listener) {
        tell = listener as unknown as typeof tell;
        tell(status);
        return stop;
      },
    });
    const heard: number[] = [];
    const end = messenger.subscribe({ query: 'status' }, ({ unread }) => heard.push(unread));
    await vi.waitFor(() => expect(heard).toEqual([1]));
    tell({ ...status, unread: 1 });
    tell({ ...status, unread: 2 });
    await vi.waitFor(() => expect(heard).toEqual([1, 2]));
    end();
    tell(status);
    await vi.waitFor(() => expect(stop).toHaveBeenCalledOnce());
    expect(heard).toEqual([1, 2]);
  });

  it('gives the same list, in which what did not change is the same object', async () => {
    let tell: (value: readonly unknown[]) => void = () => undefined;
    const { messenger } = connect({
      subscribe(_query, listener) {
        tell = listener as unknown as typeof tell;
        return () => undefined;
      },
    });
    const heard: (readonly { readonly chat: string; readonly at: number }[])[] = [];
    messenger.subscribe({ query: 'chats' }, (chats) => heard.push(chats));
    await vi.waitFor(() => expect(tell).not.toHaveLength(0));
    const chats = Array.from({ length: 1_000 }, (_, at) => ({ chat: `chat ${at}`, at }));
    tell(chats);
    await vi.waitFor(() => expect(heard.at(-1)).toEqual(chats));
    const [first, ...others] = structuredClone(chats);
    const moved = [...others, { chat: 'chat 0', at: 2_000 }, { chat: 'new', at: 1 }];
    tell(moved);
    await vi.waitFor(() => expect(heard.at(-1)).toEqual(moved));
    const [before, after] = heard.slice(-2);
    expect(first).toEqual(before?.[0]);
    expect(after?.slice(0, 999).every((one, at) => one === before?.[at + 1])).toBe(true);
  });

  it('tells a page that was busy once, of the last of what came meanwhile, and all of it before an answer', async () => {
    const told: (number | string)[] = [];
    const { messenger } = connect({
      subscribe(_, listener) {
        for (let unread = 1; unread <= 20; unread++) listener({ ...status, unread } as never);
        return () => undefined;
      },
      typing: async () => undefined,
    });
    messenger.subscribe({ query: 'status' }, ({ unread }) => told.push(unread));
    await messenger.typing('chat').then(() => told.push('answered'));
    await new Promise((resolve) => setTimeout(resolve));
    expect(told.slice(-2)).toEqual([20, 'answered']);
    expect(told.length).toBeLessThan(20);
  });

  it('refuses what is under way when it ends, and all that comes after', async () => {
    const { messenger, end } = connect({ people: () => new Promise(() => undefined) });
    const waiting = messenger.people();
    end();
    await expect(waiting).rejects.toMatchObject({ code: 'failed' });
    await expect(messenger.people()).rejects.toMatchObject({ code: 'failed' });
  });
});
