/** `polynya chat CHAT`: a conversation line by line, what others say appearing above what one types. */
import type { ChatId, MessageView, Messenger } from '@polynya/messenger/api';
import type { Looking } from '@polynya/messenger/open-node-messenger';
import { act } from '../client/act.ts';
import { answer } from '../client/answers.ts';
import { catchUp } from '../client/catch-up.ts';
import { parseChatLine } from '../client/chat-line.ts';
import { findChat } from '../client/find.ts';
import { type FeedListener, follow } from '../client/follow.ts';
import { withPerson } from '../client/profile.ts';
import { Prompt } from '../client/prompt.ts';
import { command, profileOption } from '../command.ts';
import { cleanLine } from '../render/clean.ts';
import { messageLines, namesIn } from '../render/messages.ts';
import type { Terminal } from '../terminal.ts';

/** Messages shown at the beginning. */
const HISTORY = 30;
/** How long who looks for members near waits for the server, ms. */
const NEAR = 2_000;

export const chat = command({
  options: { ...profileOption, near: { type: 'boolean' } },
  takes: [1, 1],
  async run({ profile, near }, [wanted = ''], terminal) {
    await withPerson(profile, terminal, async (messenger) => {
      const neighbours = new Neighbours();
      const looking = near ? await messenger.lookNear((links) => neighbours.set(links)) : null;
      try {
        // Who looks for somebody here does not wait long for the server, and not at all when somebody is here.
        const enough = [neighbours.some, ...(near ? [AbortSignal.timeout(NEAR)] : [])];
        await catchUp(messenger, terminal, AbortSignal.any(enough));
        const found = await findChat(messenger, wanted);
        const talk = { chat: found.chat, title: cleanLine(found.title), neighbours, looking };
        await converse(messenger, talk, terminal);
      } finally {
        await looking?.close();
      }
    });
  },
});

interface Talk {
  readonly chat: ChatId;
  readonly title: string;
  readonly neighbours: Neighbours;
  /** For members in this network, where that was asked for. */
  readonly looking: Looking | null;
}

/** Returns when the user ends it, once all that was typed has been handed over. */
async function converse(
  messenger: Messenger,
  { chat, title, neighbours, looking }: Talk,
  terminal: Terminal,
): Promise<void> {
  const ended = Promise.withResolvers<void>();
  // One after the other, so that what is typed first is said first.
  let work: Promise<void> = Promise.resolve();
  const next = (step: () => Promise<void>) => {
    work = work.then(step);
    work.catch(ended.reject);
  };
  const typed = (text: string) => {
    const line = parseChatLine(text);
    if (line.say === 'quit') prompt.close();
    else next(async () => prompt.print(await act(messenger, chat, line, terminal, looking)));
  };
  const prompt = new Prompt(terminal, typed, ended.resolve);
  const stop = () => prompt.close();
  terminal.ended.addEventListener('abort', stop, { once: true });

  prompt.print([`${title}: type and press Enter; /help for more, /quit to end.`]);
  if (looking)
    prompt.print(['* somebody in this network is at a browser? /near shows a code for them']);
  const people = (await answer(messenger, { query: 'chat', chat }))?.people ?? [];
  const changes = new Shown();
  const show: FeedListener = (messages, page) => {
    const names = namesIn(page.messages, people);
    prompt.print(messages.flatMap((message) => changes.lines(message, names)));
    const seq = Math.max(0, ...messages.map((message) => message.seq ?? 0));
    if (seq > 0) next(() => messenger.read(chat, seq));
  };
  const ends = [follow(messenger, { chat, limit: HISTORY }, show), showLine(messenger, prompt)];
  neighbours.watch((links) => {
    prompt.print([links > 0 ? '* somebody of your chats is near' : '* nobody is near any more']);
  });
  try {
    await ended.promise;
  } finally {
    terminal.ended.removeEventListener('abort', stop);
    for (const end of ends) end();
    prompt.close();
  }
  await work;
}

/** Says when the line goes and when it is back. */
function showLine(messenger: Messenger, prompt: Prompt): () => void {
  let online = true;
  return messenger.subscribe({ query: 'status' }, ({ line }) => {
    if (line === 'offline' && online) {
      prompt.print(['* offline: what you write goes when the line is back']);
    }
    if (line === 'online' && !online) prompt.print(['* online again']);
    if (line !== 'connecting') online = line === 'online';
  });
}

/** How many devices are in this network, chat by chat; told when the first comes and when the last has gone. */
class Neighbours {
  readonly #met = new AbortController();
  #links = 0;
  #tell: (links: number) => void = () => undefined;

  /** Aborted once somebody is there. */
  get some(): AbortSignal {
    return this.#met.signal;
  }

  set(links: number): void {
    const changed = links > 0 !== this.#links > 0;
    this.#links = links;
    if (links > 0) this.#met.abort();
    if (changed) this.#tell(links);
  }

  watch(tell: (links: number) => void): void {
    this.#tell = tell;
    if (this.#links > 0) tell(this.#links);
  }
}

/** What is on the screen: a change is shown as such, and that an own message was stored is none. */
class Shown {
  readonly #lines = new Map<string, string>();

  lines(message: MessageView, names: ReadonlyMap<string, string>): string[] {
    const before = this.#lines.get(message.id);
    const state = message.state === 'failed' ? message.state : null;
    const [first = '', ...more] = messageLines({ ...message, state }, names);
    const now = [first, ...more].join('\n');
    this.#lines.set(message.id, now);
    if (before === now) return [];
    return [before === undefined ? first : `~ ${first}`, ...more];
  }
}
