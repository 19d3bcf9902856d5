/**
 * The lines that `--json` prints, one value in each. Programs of others read them: fields are only ever
 * added, times are ISO 8601 in UTC, ids are whole, and what is not there is null.
 */
import type { ChatSummary, MessageView, PersonView } from '@polynya/messenger/api';
import { tagOf } from '@polynya/messenger/identity/person';
import { cleanJson } from './clean.ts';

export function chatJson(chat: ChatSummary): string {
  return cleanJson({
    chat: chat.chat,
    title: chat.title,
    direct: chat.direct,
    state: chat.state,
    unread: chat.unread,
    mentioned: chat.mentioned,
    at: isoTime(chat.at),
    last: chat.last && {
      sender: chat.last.sender,
      mine: chat.last.mine,
      text: chat.last.text,
      at: isoTime(chat.last.at),
      state: chat.last.state,
    },
  });
}

export function messageJson(message: MessageView): string {
  const { file } = message;
  return cleanJson({
    message: message.id,
    seq: message.seq,
    at: isoTime(message.at),
    sender: message.sender,
    name: message.name,
    tag: tagOf(message.sender),
    mine: message.mine,
    text: message.text,
    edited: message.edited,
    deleted: message.deleted,
    reply: message.reply?.id ?? null,
    mentions: message.mentions,
    reactions: message.reactions.map(({ emoji, people }) => ({ emoji, people })),
    file: file && { name: file.name, type: file.type, size: file.size },
    event: message.event,
    state: message.state,
    problem: message.problem,
    undone: message.undone,
    relayedBy: message.relayedBy,
    forwarded: message.forwarded,
    silent: message.silent,
    planned: message.planned === null ? null : isoTime(message.planned),
    after: message.after,
    expires: message.expires === null ? null : isoTime(message.expires),
    poll: message.poll && {
      options: message.poll.options.map(({ text, people }) => ({ text, people })),
      several: message.poll.several,
      closed: message.poll.closed,
    },
  });
}

export function personJson(person: PersonView): string {
  return cleanJson({
    person: person.person,
    name: person.name,
    tag: person.tag,
    me: person.me,
    admin: person.admin,
    devices: person.devices,
    blocked: person.blocked,
    compared: person.compared,
    invitedBy: person.invitedBy,
  });
}

function isoTime(at: number): string | null {
  return at > 0 ? new Date(at).toISOString() : null;
}
