/**
 * What members hand on by the log: notes of others, shown as their authors' messages, and records of servers, shown
 * to nobody.
 */
import { toHex } from '@polynya/protocol/bytes';
import { decodeNote, type Note } from '@polynya/protocol/carried';
import { ProtocolError } from '@polynya/protocol/protocol-error';
import type { Core } from '../conversation/core.ts';
import type { Arrived, Happened } from '../timeline/arrived.ts';
import { arrivedFrom, isMessage, readNote } from './note.ts';

/**
 * The same, each `carried` content replaced by the message in it, and without records, which the world hears of; those
 * that prove nothing are left out.
 */
export async function handedIn(
  { held, world, chat }: Pick<Core, 'held' | 'world' | 'chat'>,
  shown: readonly (Arrived | Happened)[],
): Promise<(Arrived | Happened)[]> {
  const me = world.self().person;
  const all: (Arrived | Happened)[] = [];
  for (const one of shown) {
    if ('content' in one && one.content.kind === 'record') {
      world.recordHanded(chat, one.content.record);
      continue;
    }
    if (!('content' in one) || one.content.kind !== 'carried') {
      all.push(one);
      continue;
    }
    const note = decoded(one.content.note);
    const read = note && (await readNote(note, held));
    if (!note || !read || !isMessage(read) || world.blocked(read.author.person)) continue;
    const { seq, at: latest } = one;
    all.push(arrivedFrom(read, { chat, me, id: toHex(note.id), seq, latest }));
  }
  return all;
}

function decoded(note: Uint8Array): Note | null {
  try {
    return decodeNote(note);
  } catch (error) {
    if (error instanceof ProtocolError) return null;
    throw error;
  }
}
