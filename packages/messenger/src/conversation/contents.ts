/**
 * What a message's content does to the record of its conversation. Contents that only the timeline shows do
 * nothing here. Who may what is decided from the log alone, as for Commits.
 */
import { equal, toHex } from '@polynya/protocol/bytes';
import type { ContactCard, Content, KnownContent } from '@polynya/protocol/content';
import { LIMITS } from '@polynya/protocol/limits';
import type { PersonId } from '../api.ts';
import type { ChatEvent } from '../message-parts.ts';
import type { Change } from '../store/store.ts';
import { findPerson, withPerson } from './people.ts';
import type { ConversationState, Person } from './state.ts';

export interface Applied {
  readonly state: ConversationState;
  readonly events: readonly ChatEvent[];
}

/** @param device the signature key of the sender's, which stood in the group when it wrote this */
export function applyContent(
  state: ConversationState,
  sender: PersonId,
  device: Uint8Array,
  content: Content,
): Applied {
  const author = findPerson(state, sender);
  const unchanged = { state, events: [] };
  if (!author) return unchanged;
  switch (content.kind) {
    case 'title': {
      const { title } = content;
      if (state.direct || title === state.title) return unchanged;
      return { state: { ...state, title }, events: [{ event: 'renamed', title, by: sender }] };
    }
    case 'timer': {
      const { after } = content;
      if ((!state.direct && !state.self && !author.admin) || after === state.timer) {
        return unchanged;
      }
      return {
        state: { ...state, timer: after },
        events: [{ event: 'timer', after, by: sender }],
      };
    }
    case 'admin': {
      const person = toHex(content.person);
      const subject = findPerson(state, person);
      if (!author.admin || !subject?.here || subject.admin === content.on) return unchanged;
      return {
        state: withPerson(state, subject.root, { admin: content.on }),
        events: [{ event: 'admin', person, on: content.on, by: sender }],
      };
    }
    case 'pin':
      if (!content.on || !mayPin(state, sender)) return unchanged;
      return { state, events: [{ event: 'pinned', by: sender }] };
    case 'leave':
      return { state: withPerson(state, author.root, { leaving: true }), events: [] };
    case 'profile': {
      const { name, card } = content;
      return {
        state: withPerson(state, author.root, {
          name,
          ...(card && { cards: withCard(author.cards, device, card) }),
        }),
        events: [],
      };
    }
    default:
      return unchanged;
  }
}

/** People of a chat in which anybody may pin. */
const CLOSE = 8;

/** Whether members follow what this person pins: in a chat of few, anybody's; in a larger one, an admin's. */
export function mayPin(state: ConversationState, person: PersonId): boolean {
  const few = state.people.filter(({ here }) => here).length <= CLOSE;
  return few || (findPerson(state, person)?.admin ?? false);
}

/** The newest first. */
function withCard(cards: Person['cards'], device: Uint8Array, card: ContactCard): Person['cards'] {
  const others = cards.filter((one) => !equal(one.device, device));
  return [{ device, card }, ...others].slice(0, LIMITS.devices);
}

/**
 * Contents that change the record. They count in the epoch that they were sealed in and in no later one: who came by
 * then could not open them, and would judge Commits otherwise, or know nobody's name.
 */
export function changesRecord(content: Content): boolean {
  return ['title', 'admin', 'leave', 'profile', 'timer'].includes(content.kind);
}

/** What goes along with what is said. */
export interface GoesAlong {
  /** Seconds. */
  readonly after?: number;
  readonly forwarded?: boolean;
  /** Nobody is to be called by it. */
  readonly silent?: boolean;
}

/** How something came to be said. */
export type Typed = Pick<GoesAlong, 'forwarded' | 'silent'> & {
  /** ms: when it was to be said, if it is said later than that. */
  readonly planned?: number | null;
  /** To be stored at once with it. */
  readonly besides?: readonly Change[];
};

/** Letters that a client shows which does not know what is silent. */
const BEGINNING = 100;

/** What is said, with what goes along. Other contents stay as they are. */
export function wrapped(
  content: KnownContent,
  { after = 0, forwarded = false, silent = false }: GoesAlong,
): KnownContent {
  const { kind } = content;
  if (kind !== 'text' && kind !== 'file' && kind !== 'poll') return content;
  if (silent) {
    const begins = kind === 'file' ? content.caption : content.text;
    const text = [...begins].slice(0, BEGINNING).join('');
    return { kind: 'silent', text, after, forwarded, said: content };
  }
  if (after === 0 && !forwarded) return content;
  return { kind: 'wrapped', text: '', after, forwarded, said: content };
}

/** Contents that become rows of the timeline, or change some. */
export function isForTimeline(content: Content): boolean {
  return !changesRecord(content) && !['devices', 'own'].includes(content.kind);
}

/** Contents that a person wrote: what receipts are for. */
export function isWritten(content: Content): boolean {
  return ['text', 'file', 'poll', 'wrapped', 'silent', 'unknown'].includes(content.kind);
}
