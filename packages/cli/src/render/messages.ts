/** Messages and events as lines of text. All that others wrote is cleaned here, on its way out. */
import type { FileView, MessageView } from '@polynya/messenger/api';
import type { ChatEvent } from '@polynya/messenger/message-parts';
import { problemWords, stateWords } from '../words.ts';
import { cleanLine, cleanText, excerpt } from './clean.ts';
import { namesOf } from './names.ts';
import { localTime, shortId, size } from './units.ts';

const INDENT = '    ';

/** `names` are those of everybody who may have written; who is missing goes by the message's own. */
export type Names = ReadonlyMap<string, string>;

/** The names of these people and of everybody who wrote one of `messages`. */
export function namesIn(
  messages: readonly MessageView[],
  people: readonly { readonly person: string; readonly name: string }[],
): Names {
  const writers = messages.map(({ sender, name }) => ({ person: sender, name }));
  return namesOf([...writers.filter(({ person }) => person !== ''), ...people]);
}

/** One message or event; the lines after the first are indented. */
export function messageLines(message: MessageView, names: Names): string[] {
  const when = localTime(message.at);
  if (message.event) return [`${' '.repeat(8)}  ${when}  * ${eventWords(message.event)}`];
  const name = names.get(message.sender) ?? cleanLine(message.name);
  return [
    `${shortId(message.id)}  ${when}  ${name}: ${said(message)}`,
    ...asides(message).map((line) => INDENT + line),
  ];
}

function said(message: MessageView): string {
  if (message.deleted) return '(deleted)';
  const file = message.file ? fileWords(message.file) : '';
  const text = cleanText(message.text, INDENT);
  const { poll, forwarded, edited, after, planned } = message;
  return [
    forwarded ? '(forwarded)' : '',
    poll ? 'poll:' : '',
    file,
    text,
    edited ? '(edited)' : '',
    planned === null ? '' : `(late: meant for ${localTime(planned)})`,
    after > 0 ? `(goes after ${lasting(after)})` : '',
  ]
    .filter((part) => part !== '')
    .join(' ');
}

/** Seconds, in the largest unit that fits. */
function lasting(seconds: number): string {
  const units = [
    ['day', 86_400],
    ['hour', 3_600],
    ['minute', 60],
    ['second', 1],
  ] as const;
  const [name, length] = units.find(([, one]) => seconds % one === 0) ?? ['second', 1];
  const count = seconds / length;
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}

/** A vote is cast in the page; here one sees how it stands. */
function pollLines(poll: NonNullable<MessageView['poll']>): string[] {
  const lines = poll.options.map(({ text, people }) => {
    const who = people.length === 0 ? '' : `: ${people.map(cleanLine).join(', ')}`;
    return `${people.length} ${cleanLine(text)}${who}`;
  });
  return poll.closed ? [...lines, '(closed)'] : lines;
}

function asides(message: MessageView): string[] {
  const lines: string[] = [];
  const { reply, reactions, state, problem, undone, relayedBy } = message;
  if (message.poll && !message.deleted) lines.push(...pollLines(message.poll));
  if (reply) lines.push(`> ${cleanLine(reply.name)}: ${excerpt(reply.text)}`);
  if (reactions.length > 0) {
    const each = reactions.map(
      ({ emoji, people }) => `${cleanLine(emoji)} ${people.map(cleanLine).join(', ')}`,
    );
    lines.push(each.join('  '));
  }
  if (state && state !== 'sent') {
    lines.push(`(${stateWords[state]}${problem ? `: ${problemWords[problem]}` : ''})`);
  }
  if (undone) lines.push(`(${undoneWords[undone]})`);
  if (relayedBy !== null) lines.push(`(sent again by ${called(relayedBy)}, as they have it)`);
  return lines;
}

const undoneWords: Readonly<Record<NonNullable<MessageView['undone']>, string>> = {
  edit: 'the server refused your edit: try again',
  delete: 'the server refused the deletion: try again',
  react: 'the server refused your reaction: try again',
  vote: 'the server refused your vote: try again',
  close: 'the server refused to close your poll: try again',
  pin: 'the server or the group refused what you pinned or let go',
};

export function fileWords({ name, type, size: bytes }: FileView): string {
  return `[${cleanLine(name) || 'file'}, ${cleanLine(type) || 'unknown kind'}, ${size(bytes)}]`;
}

/** Somebody who has just come may not have said their name yet. */
function called(person: string): string {
  return cleanLine(person) || 'somebody';
}

export function eventWords(event: ChatEvent): string {
  switch (event.event) {
    case 'created':
      return 'the chat began';
    case 'joined': {
      const way = event.by === null ? '' : ` by ${called(event.by)}'s invite, not verified`;
      return `${called(event.person)} joined${way}`;
    }
    case 'added':
      return `${called(event.by)} added ${called(event.person)}`;
    case 'left':
      return `${called(event.person)} left`;
    case 'removed':
      return `${called(event.by)} removed ${called(event.person)}`;
    case 'renamed':
      return `${called(event.by)} named the chat "${cleanLine(event.title)}"`;
    case 'pinned':
      return `${called(event.by)} pinned a message`;
    case 'timer':
      return event.after === 0
        ? `${called(event.by)} lets messages stay`
        : `${called(event.by)} lets messages go after ${lasting(event.after)}`;
    case 'admin': {
      const what = event.on ? 'made an admin' : 'no admin any more';
      return `${called(event.person)} was ${what} by ${called(event.by)}`;
    }
    case 'lost':
      return `${event.count} messages could not be opened here`;
    case 'refounded':
      return event.without === ''
        ? "the chat went on in a new log, because a member's device broke the rules"
        : `the chat went on without ${called(event.without)}, whose device broke the rules`;
    case 'unreached':
      return `${called(event.person)} could not be reached, and is to be invited again`;
    case 'resent':
      return `what this device had missed was sent again by ${called(event.by)}`;
    case 'given':
      return 'what stands above was given to this device by another one of yours';
  }
}
