/** English: the catalogue that gives the others their shape. */
import type { ProblemCode } from '@polynya/messenger/api';
import { counted } from './plural.ts';

const n = counted('en');

/** What happened, and what to do about it. */
const problem: Record<ProblemCode, string> = {
  'invite-malformed': 'This is not a whole invite link. Copy all of it, or ask for it again.',
  'invite-version':
    'This invite is for another version of Polynya. Reload the page and open it again.',
  'invite-used': 'This invite was used, withdrawn or has expired. Ask for a new one.',
  'invite-own': 'This is your own invite. Send it to the person you want to talk to.',
  'unknown-server': 'This server is not the one that the invite names. Ask for a new invite.',
  'not-registered': 'You are not registered on this device yet. Open an invite link first.',
  'already-member': 'Already in this chat. Look for it in the list of chats.',
  'not-a-member': 'You are no longer in this chat. Ask a member to invite you again.',
  'not-allowed': 'Only an admin can do this. Ask one of the admins.',
  'group-full': 'The group is full. Remove somebody or withdraw an invite first.',
  'too-big': 'The file is larger than 100\u00a0MB. Send a smaller one.',
  'too-long': 'This is too long. Shorten it or send it in parts.',
  'storage-full': 'This device has no room left. Free some space and try again.',
  'server-full': 'The server has no room left. Tell the person who hosts it, and try again later.',
  quota: 'You have used up what this server allows you. Ask its host for more.',
  rate: 'Too much at once. Wait half a minute and try again.',
  offline: 'There is no way to the server. Try again when the network is back.',
  'not-found': 'This is no longer there. If you still see it, reload the page.',
  'link-over': 'This code was used or has expired. Make a new one on your other device.',
  'phrase-wrong':
    'This is not the recovery phrase, or a part of it is mistyped. Compare it with your paper.',
  'no-root':
    'The recovery phrase is set already, or is to be set on the device that you began with.',
  'no-contact': 'This person cannot be reached from here. Send them an invite link instead.',
  corrupt: 'This file is damaged. Send it again, or ask for it again.',
  version: 'The server speaks another version. Reload the page.',
  failed: 'That did not work. Try again; if it keeps failing, reload the page.',
};

export const en = {
  problem,
  appName: 'Polynya',
  tagline: 'Open water in the ice: sealed chats that keep working.',

  cancel: 'Cancel',
  close: 'Close',
  back: 'Back',
  loading: 'Loading…',

  welcomeTitle: 'You need an invite',
  welcomeText:
    'Polynya has no sign-up and asks for no phone number. A person who is here already, or who hosts the server, sends you a link; opening it lets you in.',
  welcomeHost: 'Hosting it yourself? The link is printed where you started the server.',
  welcomeLink:
    'Already use Polynya? On your other device open Settings, “Link a device”, and open here what it shows.',
  pasteLink: 'Invite link',
  pasteHint: 'Paste the link here',
  openInvite: 'Open invite',
  previewServer: 'You are invited to this server',
  previewServerText: 'Choose a name, and you can invite others to talk.',
  previewHosts: (hosts: string) =>
    `The invite is from ${hosts}, which will see your network address.`,
  previewDirect: (inviter: string) => `${inviter} invites you to chat`,
  previewGroup: (inviter: string, title: string) => `${inviter} invites you to “${title}”`,
  previewPeople: (count: number) => n(count, { one: 'person is there', other: 'people are there' }),
  lookingUp: 'Looking at the invite…',
  yourName: 'Your name',
  nameHint: 'The name that people here know you by',
  enter: 'Come in',
  entering: 'Coming in…',
  joinChat: 'Join',
  noThanks: 'Not now',
  anotherLink: 'Use another link',
  sealedNote: 'Messages are sealed on your device. The server cannot read them.',
  verifyNote:
    'Whoever opens an invite first is in. Compare safety numbers to be sure of each other.',

  chats: 'Chats',
  newChat: 'New chat',
  newGroup: 'New group',
  settings: 'Settings',
  noChats: 'No chats yet',
  noChatsText: 'Start one: you get a link to send to the person you want to talk to.',
  chooseChat: 'Choose a chat',
  keysHint: (mod: string) => `${mod} + K finds a chat, ${mod} + / shows all keys`,
  savedMessages: 'Saved messages',
  savedText: 'Notes to yourself, on all your devices.',
  waitingForPeer: 'Waiting for guest',
  unread: (count: number) => n(count, { one: 'unread message', other: 'unread messages' }),
  archived: (count: number) => `Archive: ${n(count, { one: 'chat', other: 'chats' })}`,
  requests: (count: number) => `Requests: ${count}`,
  unreadChats: (count: number) =>
    n(count, { one: 'chat with unread messages', other: 'chats with unread messages' }),
  muted: 'Muted',
  pinned: 'Pinned',
  markedUnread: 'Marked as unread',
  mentioned: 'You were mentioned',
  findChat: 'Find a chat',
  draft: 'Draft:',
  you: 'You',
  typingOne: (name: string) => `${name} is typing…`,
  typingMany: (count: number) =>
    n(count, { one: 'person is typing…', other: 'people are typing…' }),
  typing: 'typing…',

  findInChat: 'Search in this chat',
  timerOn: (after: string) => `Messages go after ${after}`,
  openPanel: 'About this chat',
  people: (count: number) => n(count, { one: 'person', other: 'people' }),
  justYou: 'Only you so far',
  newest: 'Jump to the newest message',
  unreadDivider: 'New messages',
  messages: 'Messages',
  newMessageFrom: (name: string, text: string) => `${name}: ${text}`,
  inviteHere: 'Invite to this chat',
  noMessages: 'Nothing said yet. Say hello.',
  waitingText: 'Your guest is not here yet. What you write now, they will read when they come.',
  forwarded: 'Forwarded',
  edited: 'edited',
  relayedBy: (name: string) => `as ${name} has it`,
  deletedMessage: 'Deleted',
  replyTo: (name: string) => `Reply to ${name}`,
  quotedGone: 'A message that is not on this device',
  selectMessage: 'Select this message',
  goToQuoted: 'Go to the message replied to',
  reactionBy: (emoji: string, people: string) => `${emoji} by ${people}`,

  stateWaiting: 'Waiting for network',
  stateSending: 'Sending',
  stateSent: 'Sent',
  stateDelivered: 'Delivered',
  stateRead: 'Read',
  stateFailed: 'Not sent',
  undone: {
    edit: 'The server refused your edit. Try again.',
    delete: 'The server refused the deletion. Try again.',
    react: 'The server refused your reaction. Try again.',
    vote: 'The server refused your vote. Try again.',
    close: 'The server refused to close the poll. Try again.',
    pin: 'It could not be pinned or unpinned. Try again.',
  },
  retry: 'Try again',
  discard: 'Discard',

  messageMenu: 'Message actions',

  composer: 'Write a message',
  send: 'Send',
  emoji: 'Emoji',
  recordVoice: 'Record a voice note',
  attach: 'Attach',
  editing: 'Editing',
  saveEdit: 'Save changes',
  stopReply: 'Do not reply',
  stopEdit: 'Stop editing',
  dropHere: 'Drop files to send them',

  eventCreated: 'The chat begins here',
  eventJoined: (person: string) => `${person} came in`,
  eventJoinedBy: (person: string, by: string) => `${person} came by ${by}’s link, not verified`,
  eventAdded: (person: string, by: string) => `${by} added ${person}`,
  eventLeft: (person: string) => `${person} left`,
  eventRemoved: (person: string, by: string) => `${by} removed ${person}`,
  eventRenamed: (title: string, by: string) => `${by} named the group “${title}”`,
  eventPinned: (by: string) => `${by} pinned a message`,
  eventTimer: (by: string, after: string) => `${by} lets messages go after ${after}`,
  eventTimerOff: (by: string) => `${by} lets messages stay`,
  eventAdminOn: (person: string, by: string) => `${by} made ${person} an admin`,
  eventAdminOff: (person: string, by: string) => `${by} took admin rights from ${person}`,
  eventLost: (count: number) =>
    `${n(count, { one: 'message', other: 'messages' })} could not be kept by the server. Ask for them again`,
  eventRefounded: (without: string) =>
    without === ''
      ? 'A member’s device broke the rules; the chat went on'
      : `${without}’s device broke the rules; the chat went on without ${without}`,
  eventUnreached: (person: string) => `${person} could not be reached. Invite them again`,
  eventResent: (by: string) => `Sent again by ${by}: what this device had missed`,
  eventGiven: 'What stands above was given by your own device',

  chatJoining: 'Coming in…',
  troubleUnlawful:
    'A member’s device broke the rules of the chat. The others’ devices go on without it as soon as they meet.',
  troubleLies:
    'The server told members different stories. Ask the others what they see, and tell the host.',
  troubleRoles:
    'Members see different admins in this chat. Ask each other who is one before you trust what admins do here.',
  troubleLost:
    'This device lost its place in the chat. It goes on as soon as another member’s device is online.',

  language: 'Language',

  lineOffline: 'Waiting for network…',
  lineConnecting: 'Connecting…',
  lineUpdating: 'Updating…',
  storageFull:
    'This device has no room left, so new messages cannot be kept. Delete files or other sites’ data, and it goes on.',
  outdated:
    'This page and the server speak different versions. Reload; if this stays, tell the host.',
  reload: 'Reload',
  elsewhereTitle: 'Polynya is open in another tab',
  elsewhereText: 'Only one tab at a time holds your keys.',
  useHere: 'Use it here',
  takingOver: 'Asking the other tab…',
  otherTabSilent: 'The other tab does not answer. Close it, and this one goes on.',
  brokenTitle: 'Polynya cannot start',
  brokenStorage:
    'This browser does not let the page keep anything. Private windows often do that: open the link in an ordinary window.',
  brokenFull:
    'This browser has no room left for this page. Free some space on the device, then reload.',
  brokenNewer: 'A newer version of this page has been here. Reload to get it.',
  brokenOlder:
    'What is stored here was made by an early version that this one does not read. Clear this site’s data and join again.',
  brokenCorrupt:
    'What this browser kept cannot be read any more. Reload; if that does not help, the browser’s data for this site has to be cleared, and you need a new invite.',
  brokenLocked:
    'An older tab still holds what is stored. Close all other tabs of this page, then reload.',
  brokenGone:
    'A newer version, signed by the same key, has taken the place of this one. Reload to go on.',
  brokenPage: 'Something in this page went wrong. What you sent is kept: reload to go on.',
  lockedTitle: 'Polynya is locked',
  passphrase: 'Passphrase',
  unlock: 'Unlock',
  unlocking: 'Opening…',
  passphraseWrong: 'That is not the passphrase. Try again.',
  lockedWipe: 'Wipe this device',
  lockedWipeAsk: 'Everything here is lost for ever.',
  passkeyWrong: 'The passkey did not open it. Try again.',

  details: 'Details',
};

export type Words = typeof en;
