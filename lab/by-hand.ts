/** A file on a stick: what each of two people wrote without a line goes to the other, by what the program or the page has for that. */
import { BrowserMember } from './sides/browser-member.ts';
import type { Member } from './sides/polynya.ts';
import type { Outcome } from './sides/talk.ts';
import type { TaskContext } from './tasks.ts';

/** What somebody does with a stick. */
interface Courier {
  /** Writes a text, and puts what waits into a file. @throws Error when there was a line after all */
  out(chat: string, text: string, stick: string): Promise<void>;
  /** Takes a file in. Answers how often the text came to be shown by that. */
  in(chat: string, text: string, stick: string): Promise<number>;
}

/** First there, then back. */
export async function byHand({ lab, pair, scenario, texts }: TaskContext): Promise<Outcome> {
  const began = performance.now();
  const { second, chats } = pair;
  const first = atTerminal(pair.first);
  const other = second instanceof BrowserMember ? atPage(second) : atTerminal(second);
  const ways = [
    { from: first, chat: chats[0], to: other, there: chats[1], text: texts[0] },
    { from: other, chat: chats[1], to: first, there: chats[0], text: texts[1] },
  ];
  try {
    for (const { from, chat, to, there, text } of ways) {
      const stick = `${lab.newFolder()}.stick`;
      await from.out(chat, text, stick);
      if ((await to.in(there, text, stick)) !== 1)
        return failed('a text was not in the file, or twice');
      if ((await to.in(there, text, stick)) !== 0)
        return failed('the same file brought a text twice');
    }
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return failed(error.message);
  }
  const seconds = (performance.now() - began) / 1_000;
  const late = seconds > scenario.bound;
  const why = late ? `it took longer than ${scenario.bound} s` : null;
  return { passed: !late, seconds, why, way: { carrier: 'file', host: 'on a stick' } };
}

function atTerminal(member: Member): Courier {
  return {
    out: async (chat, text, stick) => {
      const sent = await member.does('send', [chat, text, '--wait', '1']).then(
        () => true,
        () => false,
      );
      if (sent) throw new Error('there was a line after all');
      await member.does('carry', ['out', stick]);
    },
    in: async (_, text, stick) =>
      (await member.does('carry', ['in', stick, '--wait', '0'])).split(text).length - 1,
  };
}

function atPage(member: BrowserMember): Courier {
  return {
    out: (chat, text, stick) => member.carriesOut(chat, text, stick),
    in: (chat, text, stick) => member.takesIn(chat, text, stick),
  };
}

function failed(why: string): Outcome {
  return { passed: false, seconds: null, why };
}
