/**
 * How `polynya invite` asks the server that runs on this machine: a socket in the data folder, for its owner
 * only. One JSON line each way. There is no other way in, and nothing here is told to the network.
 */
import { rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join, relative } from 'node:path';
import { text } from 'node:stream/consumers';
import { Failure, systemCode } from '../failure.ts';

/** An invite to the server that is asked for. */
export interface InviteWish {
  readonly uses: number;
  readonly days: number;
  /** Whose bridges the people invited are told; each in its turn when absent. */
  readonly shelf?: number;
}

/** Bytes of a wish. */
const LONGEST_WISH = 1_024;
/** What sockaddr_un takes on Linux and macOS, less the NUL. */
const LONGEST_PATH = 103;

/**
 * Listens in `folder` until what it returns is called. Call it only once the database is ours: a socket that
 * lies there is then a dead server's.
 * @throws Failure if the path is too long, or the system refuses
 */
export async function openControl(
  folder: string,
  invite: (wish: InviteWish) => Promise<string>,
): Promise<() => Promise<void>> {
  const path = socketPath(folder);
  rmSync(path, { force: true });
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => socket.destroy());
    void serveOne(socket, invite);
  });
  await listen(server, path);
  return () =>
    new Promise((resolve) => {
      server.close(() => resolve());
    });
}

/** Asks the server whose data folder this is for a link. @throws Failure if none runs there */
export async function askForInvite(folder: string, wish: InviteWish): Promise<string> {
  const socket = connect(socketPath(folder));
  try {
    socket.end(JSON.stringify(wish));
    const link = await text(socket);
    if (!link) throw new Failure('The server could not make an invite: see what it printed.');
    return link;
  } catch (error) {
    if (error instanceof Failure) throw error;
    const code = systemCode(error);
    const why =
      code === 'EACCES'
        ? `The server on ${folder} belongs to another user of this machine.`
        : `No server runs on ${folder}: start it with polynya serve, or name its folder with --data.`;
    throw new Failure(why, 1, error);
  }
}

async function serveOne(
  socket: Socket,
  invite: (wish: InviteWish) => Promise<string>,
): Promise<void> {
  const wish = await wishFrom(socket);
  const link = wish && (await invite(wish));
  if (!socket.destroyed) socket.end(link ?? '');
}

/** Undefined for anything that is no wish, and for a caller who went away. */
async function wishFrom(socket: Socket): Promise<InviteWish | undefined> {
  try {
    let said = '';
    for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
      said += String(chunk);
      if (said.length > LONGEST_WISH) return undefined;
    }
    const parsed: unknown = JSON.parse(said);
    return isWish(parsed) ? parsed : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || systemCode(error)) return undefined;
    throw error;
  }
}

function isWish(value: unknown): value is InviteWish {
  if (typeof value !== 'object' || value === null) return false;
  if (!('uses' in value && 'days' in value)) return false;
  const numbers = [value.uses, value.days, ...('shelf' in value ? [value.shelf] : [])];
  return numbers.every((each) => Number.isSafeInteger(each) && Number(each) > 0);
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) =>
      reject(new Failure(`The socket ${path} cannot be made.`, 1, error)),
    );
    // The socket is made within the call, so it is never anyone else's, not for a moment.
    const before = process.umask(0o177);
    server.listen(path, resolve);
    process.umask(before);
  });
}

/** From here or from the root, whichever is shorter. @throws Failure where there are no such sockets */
function socketPath(folder: string): string {
  if (process.platform === 'win32') {
    throw new Failure('More invites can be made inside the app: this system has no local sockets.');
  }
  const whole = join(folder, 'control.sock');
  const near = relative(process.cwd(), whole);
  const path = near.length < whole.length ? near : whole;
  if (Buffer.byteLength(path) <= LONGEST_PATH) return path;
  throw new Failure(`The path of the folder ${folder} is too long for a socket.`);
}
