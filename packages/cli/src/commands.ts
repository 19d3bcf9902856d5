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
    usage: 'chat CHAT',
    what: 'talks, line by line',
    load: async () => (await import('./commands/chat.ts')).chat,
  },
  read: {
    usage: 'read CHAT [--limit N] [--follow] [--json]',
    what: 'shows the newest messages',
    load: async () => (await import('./commands/read.ts')).read,
  },
  send: {
    usage: 'send CHAT TEXT [--wait SECONDS]',
    what: 'sends a text, and returns when the server has it',
    load: async () => (await import('./commands/send.ts')).send,
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
    usage: 'invite-to [CHAT]',
    what: 'makes a link that lets one person into a chat, or into a new one with you',
    load: async () => (await import('./commands/invite-to.ts')).inviteTo,
  },
  people: {
    usage: 'people CHAT [--json]',
    what: 'lists who is in a chat',
    load: async () => (await import('./commands/people.ts')).people,
  },
  leave: {
    usage: 'leave CHAT',
    what: 'leaves a chat',
    load: async () => (await import('./commands/leave.ts')).leave,
  },
  doctor: {
    usage: 'doctor',
    what: 'says what stands between you and your server',
    load: async () => (await import('./commands/doctor.ts')).doctor,
  },
  serve: {
    usage: 'serve [--host H] [--port P] [--data DIR] [--tls CERT KEY] [--public URL]... [--uses N]',
    what: 'runs a server',
    load: async () => (await import('./commands/serve.ts')).serve,
  },
  invite: {
    usage: 'invite [--data DIR] [--uses N] [--days N]',
    what: 'makes one more invite to the server that runs here',
    load: async () => (await import('./commands/invite.ts')).invite,
  },
};

/** What `polynya help` prints. */
export function helpText(): string {
  const lines = Object.values(commands).map(({ usage, what }) =>
    usage.length > 38 ? `  ${usage}\n${' '.repeat(42)}${what}` : `  ${usage.padEnd(40)}${what}`,
  );
  return `polynya COMMAND

${lines.join('\n')}

CHAT, MESSAGE: the beginning of an id as the lists show it, or the title of a chat.
All but serve and invite take --profile DIR (or POLYNYA_PROFILE): who you are on this machine.`;
}
