/** What somebody types in `polynya chat`: a text, or a command that begins with a slash. */
export type ChatLine =
  | { readonly say: 'text'; readonly text: string }
  | { readonly say: 'reply' | 'edit'; readonly message: string; readonly text: string }
  | { readonly say: 'react'; readonly message: string; readonly emoji: string }
  | { readonly say: 'delete' | 'pin' | 'unpin'; readonly message: string }
  | { readonly say: 'save'; readonly message: string; readonly path: string }
  | { readonly say: 'file'; readonly path: string }
  | { readonly say: 'help' | 'line' | 'near' | 'people' | 'quit' | 'nothing' }
  /** No such command, or something is missing: `usage` is how it goes, if it is one. */
  | { readonly say: 'wrong'; readonly usage: string | undefined };

/** How each command goes and what it does. */
export const chatCommands: Readonly<Record<string, readonly [usage: string, what: string]>> = {
  reply: ['/reply MESSAGE TEXT', 'answers a message'],
  react: ['/react MESSAGE [EMOJI]', 'reacts to it; without an emoji takes that back'],
  edit: ['/edit MESSAGE TEXT', 'changes what you wrote'],
  delete: ['/delete MESSAGE', 'takes back what you wrote'],
  pin: ['/pin MESSAGE', 'keeps a message at the top of the chat, for everybody'],
  unpin: ['/unpin MESSAGE', 'does so no more'],
  file: ['/file PATH', 'sends a file'],
  save: ['/save MESSAGE [PATH]', 'saves a file that was sent'],
  people: ['/people', 'who is here'],
  near: ['/near', 'shows a code by which a page in this network gets here without a server'],
  line: ['/line', 'by which way what you write goes'],
  help: ['/help', 'these lines; a text that begins with a slash is sent with two'],
  quit: ['/quit', 'leaves the terminal, not the chat'],
};

export function parseChatLine(line: string): ChatLine {
  if (line.trim() === '') return { say: 'nothing' };
  if (!line.startsWith('/')) return { say: 'text', text: line };
  if (line.startsWith('//')) return { say: 'text', text: line.slice(1) };
  const [, command = '', rest = ''] = /^\/(\S*)\s*([\s\S]*?)\s*$/.exec(line) ?? [];
  const [, message = '', after = ''] = /^(\S*)\s*([\s\S]*)$/.exec(rest) ?? [];
  const parsed = commandOf(command, rest, message, after);
  const usage = Object.hasOwn(chatCommands, command) ? chatCommands[command]?.[0] : undefined;
  return parsed ?? { say: 'wrong', usage };
}

function commandOf(
  command: string,
  rest: string,
  message: string,
  after: string,
): ChatLine | undefined {
  switch (command) {
    case 'reply':
    case 'edit':
      return after ? { say: command, message, text: after } : undefined;
    case 'react':
      return message ? { say: command, message, emoji: after } : undefined;
    case 'delete':
    case 'pin':
    case 'unpin':
      return message ? { say: command, message } : undefined;
    case 'save':
      return message ? { say: command, message, path: after || '.' } : undefined;
    case 'file':
      return rest ? { say: command, path: rest } : undefined;
    case 'help':
    case 'line':
    case 'people':
    case 'near':
    case 'quit':
      return { say: command };
    default:
      return undefined;
  }
}
