import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Town } from './test/town.ts';

describe('a messenger against a real server', () => {
  let town: Town;
  beforeEach(async () => {
    town = await Town.found();
  });
  afterEach(() => town.end());

  test('two people chat by an invite that was opened while the inviter was closed', async () => {
    const anna = await town.person('Anna');
    const { link, chat } = await anna.messenger.invite(null);
    await anna.messenger.send(chat, { text: 'Are you there?' });
    await anna.until({ query: 'messages', chat, limit: 9 }, ({ messages }) =>
      messages.some(({ state }) => state === 'sent'),
    );
    await anna.close();

    const boris = await town.device('Boris');
    expect(await boris.messenger.preview(link)).toEqual({
      kind: 'chat',
      direct: true,
      title: '',
      inviter: 'Anna',
      people: 1,
      hosts: [],
    });
    expect(await boris.messenger.register(link, 'Boris')).toEqual({ chat });
    expect(await boris.texts(chat, 1)).toEqual(['Are you there?']);
    await boris.messenger.send(chat, { text: 'I am here.' });

    await anna.open();
    expect(await anna.texts(chat, 2)).toEqual(['Are you there?', 'I am here.']);
    await anna.messenger.send(chat, { text: 'Good.' });
    expect(await boris.texts(chat, 3)).toEqual(['Are you there?', 'I am here.', 'Good.']);
    const [summary] = await anna.now({ query: 'chats' });
    expect(summary).toMatchObject({ direct: true, title: 'Boris', state: 'active' });
  });
});
