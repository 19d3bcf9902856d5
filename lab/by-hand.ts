/** A file on a stick: what each of two people wrote without a line goes to the other, by the `polynya` program alone. */
import type { Member } from './sides/polynya.ts';
import type { Outcome } from './sides/talk.ts';
import type { TaskContext } from './tasks.ts';

/** First there, then back. */
export async function byHand({ lab, pair, scenario, texts }: TaskContext): Promise<Outcome> {
  const began = performance.now();
  const { first, secondAtTerminal: second, chats } = pair;
  const ways = [
    { from: first, chat: chats[0], to: second, text: texts[0] },
    { from: second, chat: chats[1], to: first, text: texts[1] },
  ];
  try {
    for (const { from, chat, to, text } of ways) {
      const stick = `${lab.newFolder()}.stick`;
      await saidOffline(from, chat, text);
      await from.does('carry', ['out', stick]);
      const shown = await to.does('carry', ['in', stick, '--wait', '0']);
      if (shown.split(text).length !== 2) return failed('a text was not in the file, or twice');
      const again = await to.does('carry', ['in', stick, '--wait', '0']);
      if (again.includes(text)) return failed('the same file brought a text twice');
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

/** Nobody takes it: it waits. @throws Error when there was a line after all */
async function saidOffline(member: Member, chat: string, text: string): Promise<void> {
  const sent = await member.does('send', [chat, text, '--wait', '1']).then(
    () => true,
    () => false,
  );
  if (sent) throw new Error('there was a line after all');
}

function failed(why: string): Outcome {
  return { passed: false, seconds: null, why };
}
