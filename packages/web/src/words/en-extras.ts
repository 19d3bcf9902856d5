/** English, for what opens over the chats (extras.ts). */
import { counted } from './plural.ts';

const n = counted('en');

export const enExtras = {
  save: 'Save',
  create: 'Create',
  copy: 'Copy',
  copied: 'Copied',
  share: 'Share',

  chatName: 'Its name, or the beginning of a word of it',
  noSuchChat: 'No chat is called that.',
  foundNothing: 'Nothing',
  foundAt: (at: number, all: number) => `${at} of ${all}`,
  foundOlder: 'Older one',
  foundNewer: 'Newer one',
  shortcuts: 'Keyboard shortcuts',
  keySend: 'Send',
  keyBreak: 'New line',
  keyEdit: 'Edit your last message',
  keyReply: 'Choose a message to reply to',
  keyBack: 'Stop replying, editing or searching',
  keyChats: 'Previous and next chat',

  chatMenu: 'Chat actions',
  pin: 'Pin',
  unpin: 'Unpin',
  mute: 'Mute',
  unmute: 'Unmute',
  archive: 'Archive',
  unarchive: 'Take out of the archive',
  markUnread: 'Mark as unread',
  markRead: 'Mark as read',
  marksNote: 'Only this device knows. A muted chat does not count among your unread messages.',

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
  deleteAsk: (count: number) =>
    count === 1
      ? 'Delete this message?'
      : `Delete ${n(count, { one: 'message', other: 'messages' })}?`,
  deleteHere: 'Delete for me',
  deleteForAll: 'Delete for everyone',
  deleteHereText: 'It is taken off this device. The others keep it, and so do your other devices.',
  forward: 'Forward',
  forwardTo: 'Forward to',
  select: 'Select',
  selection: 'Selected messages',
  stopSelecting: 'Stop selecting',
  selectedCount: (count: number) => `${count} selected`,
  deleteText: 'People who have seen it may remember it, and may have kept a copy.',
  otherEmoji: 'Another emoji',
  findEmoji: 'What it shows, or an emoji itself',
  noSuchEmoji: 'No emoji has such a name here.',
  addReaction: 'Add reaction',

  sendFiles: (count: number) => `Send ${n(count, { one: 'file', other: 'files' })}`,
  caption: 'Caption',
  removeFile: (name: string) => `Leave out ${name}`,
  pastedName: 'Picture',
  cannotShrink: (name: string) =>
    `This browser cannot make “${name}” smaller, so it was not sent. Send it as a file.`,
  voiceNote: 'Voice note',
  recording: 'Recording',
  sendVoice: 'Send the voice note',
  noMicrophone:
    'There is no microphone here, or this page may not use it. Allow it in the browser’s settings.',
  playSound: 'Play',
  pauseSound: 'Pause',
  soundPosition: 'Position',
  soundSpeed: (speed: number) => `Speed ${speed}×`,
  sendWhole: 'Send pictures as files',
  sendSmallNote: 'Now they are made smaller, without place, time and camera.',
  sendWholeNote: 'Byte for byte, with what the camera noted: often the place, too.',
  previousPicture: 'Previous picture',
  nextPicture: 'Next picture',

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
    'Your keys exist only on your devices. Clearing this browser’s data takes them from here: without another device or a recovery phrase nobody can bring you back.',
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

  devices: 'Devices',
  deviceName: 'Name of this device',
  deviceNameHint: 'Only your own devices see it',
  deviceUnnamed: 'Unnamed device',
  deviceHere: 'this device',
  deviceSince: (when: string) => `since ${when}`,
  deviceAwaited: (count: number) =>
    `still to be let into ${n(count, { one: 'chat', other: 'chats' })}`,
  deviceRemove: 'Remove',
  deviceRemoveLabel: (name: string) => `Remove the device ${name}`,
  deviceRemoveAsk: (name: string) => `Remove the device ${name}?`,
  deviceRemoveText:
    'It keeps what it has read, gets nothing new and can send nothing. Do this at once if it was lost or stolen.',
  devicesForked:
    'Two lists of your devices contradict each other: somebody else may hold one of them. Remove every device that you do not have in your hands, and compare safety numbers with the people you talk to.',
  devicesOf: (count: number) => n(count, { one: 'device', other: 'devices' }),
  personForked: 'device lists contradict: compare the safety number',
  linkDevice: 'Link a device',
  linkPreparing: 'Preparing a code…',
  linkText:
    'Scan this with your other device, or open the link there. Show it to nobody else: whoever opens it asks to be you.',
  linkCode: 'Link for your other device',
  linkQr: 'QR code for your other device',
  linkExpires: (when: string) => `Works once, until ${when}`,
  linkCompare: (name: string) =>
    `“${name}” wants to be one of your devices. Does it show the same digits?`,
  linkSame: 'The same',
  linkDiffer: 'Not the same',
  linkAdding: 'Linking. Keep both devices open…',
  linkDone: 'Linked. It is now in your chats, or will be as soon as it is let in.',
  linkNewTitle: 'Link this device',
  linkNewText:
    'It becomes one of your devices: the same person, in the same chats. Keep your other device at hand.',
  linkTaken:
    'Somebody is here already. To link this browser to another person, wipe it in the settings first.',
  linkOpening: 'Looking for your other device…',
  linkCompareNew:
    'Does your other device show the same digits? Confirm it there. If they differ, somebody stands between.',
  recoveryPhrase: 'Recovery phrase',
  recoveryHint: '15 groups of four, as you wrote them down',
  recoveryUnset:
    'If you lose all your devices, only a phrase on paper brings you back. You have none yet.',
  recoveryElsewhere: 'It can be set on the device that you began with.',
  recoverySet: 'It is set, and is on your paper only.',
  recoveryShow: 'Set a recovery phrase',
  recoveryWrite:
    'Write these down on paper, and keep it where you keep your passport. Whoever has it can become you.',
  recoveryLink: 'And this, by which you find the server. It holds no secret.',
  recoveryQr: 'Link to begin the recovery with',
  recoveryWritten: 'I have written it down',
  recoveryProve: 'Type it from your paper. Then this device forgets it.',
  recoveryDo: 'Set it',
  recoveryKept: 'From now on the recovery phrase is on your paper only.',
  recoverTitle: 'Come back',
  recoverText:
    'The phrase from your paper makes this browser your device. Devices that you lost are removed, and the people in your chats let this one in again.',
  recoverDo: 'Come back',
  recovering: 'Coming back…',
};
export type ExtraWords = typeof enExtras;
