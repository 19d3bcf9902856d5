/** Everybody whom this person knows from any of their chats. */
import type { PersonId, PersonView } from './api.ts';
import { leavesOf } from './conversation/roster.ts';
import type { Device } from './device.ts';
import { tagOf } from './identity/person.ts';
import { personView } from './views.ts';

/** Everyone known from any chat, once, without this person; also who is blocked and in no chat any more. */
export function everyone(device: Device): PersonView[] {
  const found = new Map<PersonId, PersonView>();
  for (const conversation of device.conversations.values()) {
    const leaves = leavesOf(conversation.held.group);
    for (const person of conversation.held.state.people) {
      const view = personView(device, conversation, person, leaves);
      const known = found.get(view.person);
      if (!view.me && (!known || (view.reachable && !known.reachable))) {
        found.set(view.person, view);
      }
    }
  }
  const none = {
    namesake: false,
    me: false,
    admin: false,
    devices: 0,
    forked: false,
    compared: null,
    typing: false,
  };
  for (const person of device.blocked) {
    if (found.has(person)) continue;
    const tag = tagOf(person);
    const gone = { ...none, blocked: true, reachable: false, invitedBy: null };
    found.set(person, { ...gone, person, tag, name: `#${tag}` });
  }
  return [...found.values()];
}
