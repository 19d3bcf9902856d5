/** Every command: how it goes, what it does, and where its code is, which is loaded only when it runs. */
import type { Command } from './command.ts';

export interface Entry {
  readonly usage: string;
  readonly what: string;
  load(): Promise<Command>;
}

export const commands: Readonly<Record<string, Entry>> = {
  join: {
    usage: 'join LINK --name NAME',
    what: 'opens an invite',
    load: async () => (await import('./commands/join.ts')).join,
  },
  chats: {
    usage: 'chats [--json]',
    what: 'lists your chats',
    load: async () => (await import('./commands/chats.ts')).chats,
  },
  chat: {
    usage: 'chat CHAT [--near]',
    what: 'talks, line by line; --near: with members in this network too, server or none',
    load: async () => (await import('./commands/chat.ts')).chat,
  },
  read: {
    usage: 'read CHAT [--limit N] [--follow] [--json]',
    what: 'shows the newest messages',
    load: async () => (await import('./commands/read.ts')).read,
  },
  send: {
    usage: 'send CHAT TEXT [--wait SECONDS] [--silent] [--at TIME]',
    what: 'sends a text, and returns when the server has it; --at: later, when polynya runs then',
    load: async () => (await import('./commands/send.ts')).send,
  },
  later: {
    usage: 'later CHAT [MESSAGE --now | MESSAGE --drop]',
    what: 'lists what waits to be sent later; sends one of it now, or takes it back',
    load: async () => (await import('./commands/later.ts')).later,
  },
  pin: {
    usage: 'pin CHAT [MESSAGE [--off]]',
    what: 'lists what is pinned in a chat; pins a message for everybody there, or lets it go',
    load: async () => (await import('./commands/pin.ts')).pin,
  },
  'send-file': {
    usage: 'send-file CHAT PATH [--caption TEXT] [--wait SECONDS]',
    what: 'sends a file',
    load: async () => (await import('./commands/send-file.ts')).sendFile,
  },
  save: {
    usage: 'save CHAT MESSAGE [PATH]',
    what: 'saves a file that was sent',
    load: async () => (await import('./commands/save.ts')).save,
  },
  'new-group': {
    usage: 'new-group TITLE',
    what: 'makes a group',
    load: async () => (await import('./commands/new-group.ts')).newGroup,
  },
  'invite-to': {
    usage: 'invite-to [CHAT] [--json]',
    what: 'makes a link that lets one person into a chat, or into a new one with you',
    load: async () => (await import('./commands/invite-to.ts')).inviteTo,
  },
  invites: {
    usage: 'invites [--json]',
    what: 'lists your links that nobody has come by yet',
    load: async () => (await import('./commands/invites.ts')).invites,
  },
  withdraw: {
    usage: 'withdraw LINK',
    what: 'takes such a link back',
    load: async () => (await import('./commands/withdraw.ts')).withdraw,
  },
  people: {
    usage: 'people CHAT [--json]',
    what: 'lists who is in a chat',
    load: async () => (await import('./commands/people.ts')).people,
  },
  add: {
    usage: 'add CHAT PERSON...',
    what: 'adds people that you know from another chat',
    load: async () => (await import('./commands/add.ts')).add,
  },
  remove: {
    usage: 'remove CHAT PERSON',
    what: 'removes somebody from a chat',
    load: async () => (await import('./commands/remove.ts')).remove,
  },
  admin: {
    usage: 'admin CHAT PERSON [--off]',
    what: 'makes somebody an admin, or takes that back',
    load: async () => (await import('./commands/admin.ts')).admin,
  },
  rename: {
    usage: 'rename CHAT TITLE',
    what: 'gives a group another name',
    load: async () => (await import('./commands/rename.ts')).rename,
  },
  block: {
    usage: 'block PERSON [--off]',
    what: 'does not show what somebody writes, or does again',
    load: async () => (await import('./commands/block.ts')).block,
  },
  devices: {
    usage: 'devices [--json]',
    what: 'lists your devices',
    load: async () => (await import('./commands/devices.ts')).devices,
  },
  link: {
    usage: 'link [CODE] [--name NAME]',
    what: 'lets another device speak for you; with a code: becomes one',
    load: async () => (await import('./commands/link.ts')).link,
  },
  unlink: {
    usage: 'unlink DEVICE',
    what: 'takes one of your devices out, and out of every chat',
    load: async () => (await import('./commands/unlink.ts')).unlink,
  },
  'recovery-phrase': {
    usage: 'recovery-phrase',
    what: 'shows the words that bring you back when every device is lost',
    load: async () => (await import('./commands/recovery-phrase.ts')).recoveryPhrase,
  },
  recover: {
    usage: 'recover LINK [--name NAME]',
    what: 'becomes you again by the recovery phrase',
    load: async () => (await import('./commands/recover.ts')).recover,
  },
  'safety-number': {
    usage: 'safety-number PERSON [--same]',
    what: 'shows the digits that you two compare; --same: you did, and they were',
    load: async () => (await import('./commands/safety-number.ts')).safetyNumber,
  },
  carry: {
    usage: 'carry out FILE | carry in FILE',
    what: 'takes what waits along in a file, sealed, for members without a line; takes such a file in',
    load: async () => (await import('./commands/carry.ts')).carry,
  },
  accept: {
    usage: 'accept CHAT',
    what: 'takes part in a chat that somebody unknown brought you into; leave: does not',
    load: async () => (await import('./commands/accept.ts')).accept,
  },
  leave: {
    usage: 'leave CHAT',
    what: 'leaves a chat',
    load: async () => (await import('./commands/leave.ts')).leave,
  },
  doctor: {
    usage: 'doctor [--home SITE]... [--abroad SITE]... [--stun HOST] [--ooni FILE] [--json]',
    what: 'says what stands between you and your server, compared with sites that you name',
    load: async () => (await import('./commands/doctor.ts')).doctor,
  },
  serve: {
    usage:
      'serve [--config FILE] [--host H] [--port P] [--data DIR] [--postgres URL] [--tls CERT KEY] [--public URL]... [--bridge LINE]... [--direct ADDRESS:PORT] [--dns ZONE] [--set NAME=VALUE]... [--uses N]',
    what: 'runs a server',
    load: async () => (await import('./commands/serve.ts')).serve,
  },
  bridge: {
    usage:
      'bridge --to URL... [--tls CERT KEY | --self-signed] [--public URL] [--direct ADDRESS:PORT] [--dns ZONE] [--drop URL] [--site DIR] [--app] [--host H] [--port P] [--data DIR]',
    what: 'lends this machine as a way to a server, behind a web site',
    load: async () => (await import('./commands/bridge.ts')).bridge,
  },
  bridges: {
    usage: 'bridges [LINE...] [--remove] [--data DIR] [--json]',
    what: 'tells the server that runs here of bridges, at once, or lists them',
    load: async () => (await import('./commands/bridges.ts')).bridges,
  },
  invite: {
    usage: 'invite [--data DIR] [--uses N] [--days N] [--shelf N] [--lend] [--json]',
    what: 'makes one more invite to the server that runs here',
    load: async () => (await import('./commands/invite.ts')).invite,
  },
  status: {
    usage: 'status [--json]',
    what: 'says how the server that runs here is',
    load: async () => (await import('./commands/status.ts')).status,
  },
  quotas: {
    usage: 'quotas [--json]',
    what: 'lists your open invites, and what is left of what was given out',
    load: async () => (await import('./commands/quotas.ts')).quotas,
  },
  prune: {
    usage: 'prune [--days N] [--json]',
    what: 'deletes what is too old now; with --days, also what is older than that',
    load: async () => (await import('./commands/prune.ts')).prune,
  },
  knows: {
    usage: 'knows [--json]',
    what: 'prints every kind of datum that the server here stores, and how much of it',
    load: async () => (await import('./commands/knows.ts')).knows,
  },
  statement: {
    usage: 'statement [--language en|ru] [--json]',
    what: 'prints where data is and how long it is kept, for you to publish',
    load: async () => (await import('./commands/statement.ts')).statement,
  },
  backup: {
    usage: 'backup FILE [--keys FILE] [--json]',
    what: 'backs the server that runs here up, sealed',
    load: async () => (await import('./commands/backup.ts')).backup,
  },
  restore: {
    usage: 'restore FILE [--keys FILE] [--data DIR] [--postgres URL] [--json]',
    what: 'makes a server out of a backup',
    load: async () => (await import('./commands/restore.ts')).restore,
  },
  migrate: {
    usage: 'migrate --from sqlite --to postgres --postgres URL [--data DIR] [--json]',
    what: 'moves all that the server here keeps to PostgreSQL, and checks the copy',
    load: async () => (await import('./commands/migrate.ts')).migrate,
  },
  settings: {
    usage: 'settings',
    what: 'prints a configuration file: every setting of a server, and what it does',
    load: async () => (await import('./commands/settings.ts')).settings,
  },
};

/** What `polynya help` prints. */
export function helpText(): string {
  const lines = Object.values(commands).map(({ usage, what }) =>
    usage.length > 38 ? `  ${usage}\n${' '.repeat(42)}${what}` : `  ${usage.padEnd(40)}${what}`,
  );
  return `polynya COMMAND

${lines.join('\n')}

CHAT, MESSAGE, PERSON: the beginning of an id as the lists show it, the title of a chat, or a name.
Down to doctor they take --profile DIR (or POLYNYA_PROFILE): who you are on this machine. From serve on they are
for whoever runs a server, and take --data DIR (or POLYNYA_DATA) and --config FILE (or POLYNYA_CONFIG).`;
}
