/** English, for what opens over the chats (extras.ts). */
import { counted } from './plural.ts';

const n = counted('en');

export const enExtras = {
  save: 'Save',
  create: 'Create',
  copy: 'Copy',
  copied: 'Copied',
  share: 'Share',

  haveLink: 'I was sent a link',

  groupTitle: 'Name of the group',
  groupHint: 'Family, class, house…',
  groupMade: 'The group is there. Whom do you want in it?',
  inviteByLink: 'Invite by link',
  addKnown: 'Add people you know',
  addChosen: (count: number) => `Add ${n(count, { one: 'person', other: 'people' })}`,
  done: 'Done',

  inviteTitle: 'Your invite',
  inviteDirectText:
    'Send this link to one person. It opens a chat with you, also while you are away.',
  inviteReusedText:
    'This link still waits for its guest. Send it to one person, or make another one for somebody else.',
  inviteAnother: 'Make another link',
  inviteGroupText:
    'Send this link to one person. It lets them into the group, also while you are away.',
  inviteExpires: (when: string) => `Works once, until ${when}`,
  inviteQr: 'QR code of your invite',
  inviteLink: 'Your invite link',
  qrTooLong: 'The link is too long for a QR code.',
  openInvites: 'Open invites',
  withdraw: 'Withdraw',
  withdrawing: 'Withdrawing…',
  showInvite: 'Show',
  preparingInvite: 'Preparing the invite…',

  reply: 'Reply',
  react: 'React',
  edit: 'Edit',
  copyText: 'Copy text',
  delete: 'Delete',
  deleteAsk: 'Delete this message for everyone?',
  deleteText: 'People who have seen it may remember it, and may have kept a copy.',
  otherEmoji: 'Another emoji',
  addReaction: 'Add reaction',

  sendFiles: (count: number) => `Send ${n(count, { one: 'file', other: 'files' })}`,
  caption: 'Caption',
  removeFile: (name: string) => `Leave out ${name}`,
  pastedName: 'Picture',

  panelTitle: 'About this chat',
  rename: 'Rename',
  title: 'Title',
  members: 'People',
  admin: 'admin',
  cameBy: (name: string) => `by ${name}’s link`,
  personMenu: (name: string) => `Actions for ${name}`,
  makeAdmin: 'Make admin',
  unmakeAdmin: 'Take admin rights',
  removePerson: 'Remove',
  removeAsk: (name: string) => `Remove ${name}?`,
  removeText: 'They keep what they have read and read nothing new.',
  block: 'Block',
  blocked: 'blocked',
  safetyNumber: 'Safety number',
  safetyText: (name: string) =>
    `Compare these digits with ${name}, in person or by a call. If both of you see the same, nobody stands between you.`,
  leave: 'Leave chat',
  leaveAsk: 'Leave this chat?',
  leaveText: 'The others see that you left. To come back you need a new invite.',

  safety: 'Your safety',
  safetyKeys:
    'Your keys exist only on this device, in this browser. Nobody can restore them: clearing the browser’s data ends your account.',
  safetyServer:
    'The server keeps sealed entries. It cannot read messages, names or files, and does not write down where you connect from.',
  safetyBrowser:
    'In a browser you trust the site that serves this page each time you open it. For more, use the terminal client.',
  wipe: 'Wipe this device',
  wipeText:
    'Erases your keys, chats and files from this browser, for good. Others keep what you have sent.',
  wipeWord: 'wipe',
  wipeType: (word: string) => `Type “${word}” to confirm`,
  wipeDo: 'Wipe everything',
  about: 'About',
  version: (build: string) => `Build ${build}`,
  freeSoftware: 'Free software under the Mozilla Public License 2.0.',
};

export type ExtraWords = typeof enExtras;
