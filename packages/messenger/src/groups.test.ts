import { fromHex } from '@polynya/protocol/bytes';
import { decodeInvite, type Invite, inviteLink } from '@polynya/protocol/invite-link';
import type { CarrierFactory } from '@polynya/reach/carriers/carrier';
import { webSocketCarrier } from '@polynya/reach/carriers/websocket/client';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { MessageView } from './api.ts';
import { gather } from './test/house.ts';
import { Rogue } from './test/rogue.ts';
import { isText, type Person, Town } from './test/town.ts';

let town: Town;
beforeEach(async () => {
  town = await Town.found();
});
afterEach(() => town.end());

/** @param names the founder's first */
const group = (...names: string[]) => gather(town, names);

function events(messages: readonly MessageView[]): string[] {
  return messages.flatMap(({ event }) => (event ? [event.event] : []));
}

async function idOf(person: Person): Promise<string> {
  const { me } = await person.now({ query: 'status' });
  return me?.person ?? '';
}

describe('a group', () => {
  test('of three by links: everybody reads everybody, in one order', async () => {
    const { chat, members } = await group('Anna', 'Boris', 'Vera');
    for (const member of members) {
      for (const n of [1, 2, 3]) await member.messenger.send(chat, { text: `${member.name} ${n}` });
    }
    const seen = await Promise.all(members.map((member) => member.texts(chat, 9)));
    expect(seen[1]).toEqual(seen[0]);
    expect(seen[2]).toEqual(seen[0]);
    for (const { name } of members) {
      expect(seen[0]?.filter((text) => text.startsWith(name))).toEqual(
        [1, 2, 3].map((n) => `${name} ${n}`),
      );
    }
  });

  test('tells people of one name apart by their tags', async () => {
    const { chat, members } = await group('Anna', 'Sasha', 'Sasha');
    const { people } = await (members[0] as Person).people(chat, 3);
    const tags = people.filter(({ name }) => name === 'Sasha').map(({ tag }) => tag);
    expect(new Set(tags).size).toBe(2);
  });

  test('shows delivery and reading to the sender', async () => {
    const { chat, members } = await group('Anna', 'Boris');
    const [anna, boris] = members as [Person, Person];
    const { id } = await anna.messenger.send(chat, { text: 'Look' });
    const mine = (messages: readonly MessageView[]) => messages.find((one) => one.id === id);
    const page = { query: 'messages', chat, limit: 50 } as const;
    const { messages } = await boris.until(page, (result) => mine(result.messages) !== undefined);
    await anna.until(page, (result) => mine(result.messages)?.state === 'delivered', 'delivered');
    await boris.messenger.read(chat, mine(messages)?.seq ?? 0);
    await anna.until(page, (result) => mine(result.messages)?.state === 'read', 'read');
  });

  test('takes an answer for a receipt: nothing else is said by whoever answers at once', async () => {
    const { chat, members } = await group('Anna', 'Boris');
    const [anna, boris] = members as [Person, Person];
    const { id } = await anna.messenger.send(chat, { text: 'Do you hear?' });
    await boris.texts(chat, 1);
    await boris.messenger.send(chat, { text: 'Yes' });
    const page = { query: 'messages', chat, limit: 50 } as const;
    const { messages } = await anna.until(
      page,
      (result) => result.messages.find((one) => one.id === id)?.state === 'delivered',
    );
    const [asked, answered] = messages.filter(isText);
    expect(answered?.seq).toBe((asked?.seq ?? 0) + 1);
  });

  test('shows who types, and only while they do', async () => {
    const { chat, members } = await group('Anna', 'Boris');
    const [anna, boris] = members as [Person, Person];
    await anna.messenger.typing(chat);
    await boris.until({ query: 'chat', chat }, (one) => one?.typing.includes('Anna') ?? false);
    await anna.messenger.send(chat, { text: 'Done' });
    await boris.until({ query: 'chat', chat }, (one) => one?.typing.length === 0);
  });

  test('loses whom an admin removes: they see it and hear no more', async () => {
    const { chat, members } = await group('Anna', 'Boris', 'Vera');
    const [anna, boris, vera] = members as [Person, Person, Person];
    await anna.messenger.remove(chat, await idOf(boris));
    await boris.until({ query: 'chat', chat }, (one) => one?.state === 'removed', 'removed');
    await anna.messenger.send(chat, { text: 'Between us' });
    expect(await vera.texts(chat, 1)).toEqual(['Between us']);
    await vera.people(chat, 2);
    await boris.reopen();
    const { messages } = await boris.now({ query: 'messages', chat, limit: 50 });
    expect(messages.filter(({ text }) => text !== '')).toEqual([]);
    await expect(boris.messenger.send(chat, { text: 'Hello?' })).rejects.toMatchObject({
      code: 'not-a-member',
    });
  });

  test('refuses what only admins may, and lets a new admin do it', async () => {
    const { chat, members } = await group('Anna', 'Boris', 'Vera');
    const [anna, boris, vera] = members as [Person, Person, Person];
    const refused = expect.objectContaining({ code: 'not-allowed' });
    await expect(boris.messenger.remove(chat, await idOf(vera))).rejects.toEqual(refused);
    await expect(boris.messenger.setAdmin(chat, await idOf(boris), true)).rejects.toEqual(refused);
    await anna.messenger.setAdmin(chat, await idOf(boris), true);
    await boris.until({ query: 'chat', chat }, (one) => one?.admin === true, 'admin');
    await boris.messenger.remove(chat, await idOf(vera));
    await anna.people(chat, 2);
  });

  test('is left: another member removes whoever asked for it', async () => {
    const { chat, members } = await group('Anna', 'Boris', 'Vera');
    const [anna, boris, vera] = members as [Person, Person, Person];
    await boris.messenger.leave(chat);
    await boris.until({ query: 'chat', chat }, (one) => one?.state === 'left', 'left');
    await anna.people(chat, 2);
    await vera.people(chat, 2);
    const { messages } = await vera.now({ query: 'messages', chat, limit: 50 });
    expect(events(messages)).toContain('left');
    await boris.messenger.forget(chat);
    expect(await boris.now({ query: 'chats' })).toEqual([]);
  });

  test('is renamed, and people too', async () => {
    const { chat, members } = await group('Anna', 'Boris');
    const [anna, boris] = members as [Person, Person];
    await boris.messenger.setTitle(chat, 'The yard');
    await anna.until({ query: 'chat', chat }, (one) => one?.title === 'The yard', 'the new title');
    await anna.messenger.rename('Anya');
    await boris.until(
      { query: 'chat', chat },
      (one) => one?.people.some(({ name }) => name === 'Anya') ?? false,
      'the new name',
    );
  });

  test('takes people in from contacts, by letter, also while they are away', async () => {
    const { members } = await group('Anna', 'Boris');
    const [anna, boris] = members as [Person, Person];
    await anna.until({ query: 'chats' }, (chats) => chats.length === 1);
    const known = await anna.messenger.people();
    expect(known).toMatchObject([{ name: 'Boris', reachable: true }]);
    const { chat } = await anna.messenger.createGroup('Another');
    await boris.close();
    await anna.messenger.add(chat, [(await known[0]?.person) ?? '']);
    await anna.messenger.send(chat, { text: 'Welcome' });
    await boris.open();
    expect(await boris.texts(chat, 1)).toEqual(['Welcome']);
    await boris.messenger.send(chat, { text: 'Thanks' });
    expect(await anna.texts(chat, 2)).toEqual(['Welcome', 'Thanks']);
  });

  test('outlives commits made by three at once', async () => {
    const { chat, members } = await group('Anna', 'Boris', 'Vera');
    const links = await Promise.all(
      members.flatMap((member) => [member.messenger.invite(chat), member.messenger.invite(chat)]),
    );
    expect(new Set(links.map(({ link }) => link)).size).toBe(6);
    await Promise.all(members.map((member) => member.messenger.send(chat, { text: member.name })));
    const [seen] = await Promise.all(members.map((member) => member.texts(chat, 3)));
    expect([...(seen ?? [])].sort()).toEqual(['Anna', 'Boris', 'Vera']);
  }, 120_000);
});

describe('invites', () => {
  test('that are asked for at once share Commits, of which a log takes only so many', async () => {
    const { chat, members } = await group('Anna');
    const [anna] = members as [Person];
    const asked = Array.from({ length: 12 }, () => anna.messenger.invite(chat));
    expect(new Set((await Promise.all(asked)).map(({ link }) => link)).size).toBe(12);
    await anna.close();
    const taken = await Rogue.of(anna, chat);
    taken.close();
    expect(taken.held.group.epoch).toBeLessThanOrEqual(3);
    expect(taken.held.group.members).toHaveLength(13);
  });
});

describe('an invite', () => {
  test('works once: the second to open it hears that it is used', async () => {
    const anna = await town.person('Anna');
    const { link } = await anna.messenger.invite(null);
    const boris = await town.device('Boris');
    await boris.messenger.register(link, 'Boris');
    const late = await town.device('Late');
    await expect(
      (async () => {
        // The blob is dropped soon after Boris is in.
        for (;;) await late.messenger.preview(link);
      })(),
    ).rejects.toMatchObject({ code: 'invite-used' });
    await expect(late.messenger.register(link, 'Late')).rejects.toMatchObject({
      code: 'invite-used',
    });
    expect((await late.now({ query: 'status' })).me).toBeNull();
  });

  for (const way of ['was removed', 'left'] as const) {
    test(`goes with its inviter: nobody reads on by the link of who ${way}`, async () => {
      const { chat, members } = await group('Anna', 'Boris', 'Vera');
      const [anna, boris] = members as [Person, Person, Person];
      const { link } = await boris.messenger.invite(chat);
      if (way === 'left') await boris.messenger.leave(chat);
      else await anna.messenger.remove(chat, await idOf(boris));
      await anna.people(chat, 2);
      await anna.messenger.send(chat, { text: 'Without Boris' });
      const thief = await town.device('Boris again');
      await expect(thief.messenger.register(link, 'Boris again')).rejects.toMatchObject({
        code: 'invite-used',
      });
      const page = await thief.now({ query: 'messages', chat, limit: 50 });
      expect(page.messages.filter(isText)).toEqual([]);
    });
  }

  test('cannot be used once withdrawn', async () => {
    const anna = await town.person('Anna');
    const { link, chat, id } = await anna.messenger.invite(null);
    await anna.messenger.withdraw(chat, id);
    await anna.until({ query: 'chat', chat }, (one) => one?.invites.length === 0);
    const boris = await town.device('Boris');
    await expect(
      (async () => {
        for (;;) await boris.messenger.preview(link);
      })(),
    ).rejects.toMatchObject({ code: 'invite-used' });
  });

  test('is refused if it names another than who made it', async () => {
    const { chat, members } = await group('Anna', 'Boris');
    const [anna, boris] = members as [Person, Person];
    const { link } = await boris.messenger.invite(chat);
    const inviter = fromHex(await idOf(anna));
    const forged = inviteLink('http://127.0.0.1/', { ...decodeInvite(link), inviter } as Invite);
    const vera = await town.device('Vera');
    const malformed = { code: 'invite-malformed' };
    await expect(vera.messenger.preview(forged)).rejects.toMatchObject(malformed);
    await expect(vera.messenger.register(forged, 'Vera')).rejects.toMatchObject(malformed);
  });

  test('is refused by whoever made it, by members, and when it makes no sense', async () => {
    const { chat, members } = await group('Anna', 'Boris');
    const [anna, boris] = members as [Person, Person];
    const { link } = await anna.messenger.invite(chat);
    await expect(anna.messenger.join(link)).rejects.toMatchObject({ code: 'invite-own' });
    await expect(boris.messenger.join(link)).rejects.toMatchObject({ code: 'already-member' });
    await expect(boris.messenger.join('nonsense')).rejects.toMatchObject({
      code: 'invite-malformed',
    });
  });

  test('is looked at and followed over one line, and the line of one not followed ends', async () => {
    const anna = await town.person('Anna');
    const ended: number[] = [];
    let lines = 0;
    const open: CarrierFactory['open'] = async (endpoint, signal) => {
      const n = ++lines;
      const carrier = await webSocketCarrier.open(endpoint, signal);
      const close = carrier.close.bind(carrier);
      carrier.close = () => {
        ended.push(n);
        close();
      };
      return carrier;
    };
    const carriers = [{ kind: webSocketCarrier.kind, open }];
    const boris = await town.device('Boris', { carriers });
    const [first, second] = [await anna.messenger.invite(null), await anna.messenger.invite(null)];
    for (const { link } of [first, second]) {
      expect(await boris.messenger.preview(link)).toMatchObject({ inviter: 'Anna' });
    }
    expect({ lines, ended }).toEqual({ lines: 2, ended: [1] });
    expect(await boris.messenger.register(second.link, 'Boris')).toEqual({ chat: second.chat });
    expect({ lines, ended }).toEqual({ lines: 2, ended: [1] });
  });

  test('meets no server unasked that neither the guest nor the page that they opened knows', async () => {
    const anna = await town.person('Anna');
    const { link } = await anna.messenger.invite(null);
    const opened: string[] = [];
    const open: CarrierFactory['open'] = (endpoint, signal) => {
      opened.push(endpoint);
      return webSocketCarrier.open(endpoint, signal);
    };
    const carriers = [{ kind: webSocketCarrier.kind, open }];
    const { host } = new URL(town.server.url);
    const boris = await town.device('Boris', { carriers });
    const asked = { kind: 'elsewhere', inviter: '', hosts: [host] };
    expect(await boris.messenger.preview(link, true)).toMatchObject(asked);
    expect(opened).toEqual([]);
    const fromThere = `http://${host}/#${link.split('#')[1]}`;
    const seen = { kind: 'chat', inviter: 'Anna', hosts: [] };
    expect(await boris.messenger.preview(fromThere, true)).toMatchObject(seen);
    expect(opened).not.toEqual([]);

    // Whoever is somebody is asked, whatever page the link names, until the server is theirs.
    const other = await Town.found();
    try {
      const vera = await other.person('Vera', { carriers });
      opened.splice(0);
      expect(await vera.messenger.preview(fromThere, true)).toMatchObject(asked);
      expect(opened).toEqual([]);
      expect(await vera.messenger.preview(fromThere)).toMatchObject(seen);
      expect(await anna.messenger.preview(link, true)).toMatchObject(seen);
    } finally {
      await other.end();
    }
  });

  test('into a second chat is followed by somebody who is registered', async () => {
    const { members } = await group('Anna', 'Boris');
    const [anna, boris] = members as [Person, Person];
    const { link, chat } = await anna.messenger.invite(null);
    expect(await boris.messenger.join(link)).toEqual({ chat });
    await boris.messenger.send(chat, { text: 'Here' });
    expect(await anna.texts(chat, 1)).toEqual(['Here']);
  });
});
