/**
 * How commands ask the server that runs on this machine: a socket in the data folder, for its owner only.
 * One JSON text each way. There is no other way in, and nothing here is told to the network.
 */
import { rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join, relative } from 'node:path';
import { text } from 'node:stream/consumers';
import { Failure, systemCode } from '../failure.ts';
import { type AnswerTo, type HostRequest, requestFrom } from './host-requests.ts';

/** Bytes of a request: two paths fit. */
const LONGEST_REQUEST = 16_384;
/** What sockaddr_un takes on Linux and macOS, less the NUL. */
const LONGEST_PATH = 103;

/** Answers a request. What it throws as a Failure is told to whoever asked. */
export type Attendant = (request: HostRequest) => Promise<unknown>;

type Reply = { readonly answer: unknown } | { readonly refused: string };

/**
 * Listens in `folder` until what it returns is called. Call it only once the database is ours: a socket that
 * lies there is then a dead server's.
 * @throws Failure if the path is too long, or the system refuses
 */
export async function openControl(
  folder: string,
  attendant: Attendant,
): Promise<() => Promise<void>> {
  const path = socketPath(folder);
  rmSync(path, { force: true });
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => socket.destroy());
    void serveOne(socket, attendant);
  });
  await listen(server, path);
  return () =>
    new Promise((resolve) => {
      server.close(() => resolve());
    });
}

/** Asks the server whose data folder this is. @throws Failure if none runs there, or it refuses */
export async function askServer<const R extends HostRequest>(
  folder: string,
  request: R,
): Promise<AnswerTo<R>> {
  const socket = connect(socketPath(folder));
  try {
    socket.end(JSON.stringify(request));
    const said = await text(socket);
    if (!said) throw new Failure('The server did not answer: see what it printed.');
    const reply = JSON.parse(said) as Reply;
    if ('refused' in reply) throw new Failure(reply.refused);
    return reply.answer as AnswerTo<R>;
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

async function serveOne(socket: Socket, attendant: Attendant): Promise<void> {
  const request = await heardFrom(socket);
  const reply = request && (await replyTo(request, attendant));
  if (!socket.destroyed) socket.end(reply ? JSON.stringify(reply) : '');
}

async function replyTo(request: HostRequest, attendant: Attendant): Promise<Reply> {
  try {
    return { answer: await attendant(request) };
  } catch (error) {
    if (error instanceof Failure) return { refused: error.message };
    throw error;
  }
}

/** Undefined for anything that is no request, and for a caller who went away. */
async function heardFrom(socket: Socket): Promise<HostRequest | undefined> {
  try {
    let said = '';
    for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
      said += String(chunk);
      if (said.length > LONGEST_REQUEST) return undefined;
    }
    return requestFrom(said);
  } catch (error) {
    if (systemCode(error)) return undefined;
    throw error;
  }
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
