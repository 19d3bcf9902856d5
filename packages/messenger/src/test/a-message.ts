import type { MessageView } from '../api.ts';

/** Somebody else's message of which only some fields matter. */
export function aMessage(fields: Partial<MessageView>): MessageView {
  return {
    id: '0123456789abcdef0123456789abcdef',
    seq: 7,
    sender: 'a1b2c3d4',
    name: 'Ann',
    tag: null,
    mine: false,
    at: 0,
    text: '',
    edited: false,
    deleted: false,
    pinned: false,
    reply: null,
    mentions: [],
    reactions: [],
    file: null,
    event: null,
    state: null,
    problem: null,
    undone: null,
    relayedBy: null,
    forwarded: false,
    silent: false,
    planned: null,
    after: 0,
    expires: null,
    poll: null,
    ...fields,
  };
}
