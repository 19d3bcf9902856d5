/**
 * One connection to the site, from request to request. Whoever asks for what is behind a secret path is handed on with
 * all that was read and not answered; nobody else ever meets the program behind the site.
 */
import type { Socket } from 'node:net';
import { BodySkipper, type Skipped } from './body-skipper.ts';
import { HeadReader, type SiteRequest, withoutEmptyLines } from './request-head.ts';
import { type Answer, bytesOf, ending, type Site, type SiteAddress } from './site.ts';

/** As nginx has them unless told otherwise, in ms: until a head is here, between requests, and for what still comes. */
const HEAD_MS = 60_000;
const KEPT_MS = 75_000;
const LINGER_MS = 5_000;
/** What is asked behind secret paths; anything else is the site's to answer. */
const OURS = ['GET', 'HEAD', 'POST', 'OPTIONS'];
/** Bytes of a body that are written at a time. */
const SLICE = 65_536;
/** Requests that a connection is kept for. */
const REQUESTS = 1_000;

export interface Visited {
  readonly site: Site;
  readonly at: SiteAddress;
  /** Plain HTTP came where TLS is spoken. */
  readonly plain?: boolean;
  /** Whether a target is behind a secret path; takes the same time for all. */
  isOurs(target: string): boolean;
  /** Takes the connection over; what was read comes again. */
  handOn(socket: Socket): void;
}

/** Answers on a connection until it ends or is handed on. @param first what was answered already, to be sent before */
export function converse(socket: Socket, visited: Visited, first?: Buffer): void {
  new SiteConversation(socket, visited).begin(first);
}

class SiteConversation {
  readonly #socket: Socket;
  readonly #visited: Visited;
  #read: Buffer = Buffer.alloc(0);
  /** Of the body of the answer, what was not written yet. */
  #left: Buffer = Buffer.alloc(0);
  #skipping: BodySkipper | undefined;
  #head = new HeadReader();
  #requests = 0;
  /** When the first byte of a head that is not whole came, in ms. */
  #begun: number | undefined;
  #ended = false;

  constructor(socket: Socket, visited: Visited) {
    this.#socket = socket;
    this.#visited = visited;
  }

  begin(first?: Buffer): void {
    const socket = this.#socket;
    socket.setTimeout(HEAD_MS);
    socket.on('timeout', this.#destroy);
    socket.on('error', this.#destroy);
    socket.on('end', this.#destroy);
    socket.on('data', this.#take);
    if (first) socket.write(first);
    socket.resume();
  }

  readonly #destroy = (): void => {
    this.#socket.destroy();
  };

  readonly #take = (bytes: Buffer): void => {
    if (this.#ended) return;
    this.#read = this.#read.length === 0 ? bytes : Buffer.concat([this.#read, bytes]);
    this.#goOn();
  };

  /** Answers what was read, as far as answers are taken: small requests that come at once have large ones. */
  #goOn(): void {
    const socket = this.#socket;
    while (!this.#ended && !socket.writableNeedDrain && this.#read.length > 0 && this.#next());
    if (this.#left.length === 0 && (this.#ended || !socket.writableNeedDrain)) return;
    socket.pause();
    socket.once('drain', () => {
      socket.resume();
      this.#write();
      this.#goOn();
    });
  }

  /** As much of an answer's body as is taken: each connection would hold a copy of its own of what waits. */
  #write(): void {
    const socket = this.#socket;
    while (this.#left.length > 0 && !socket.writableNeedDrain) {
      socket.write(this.#left.subarray(0, SLICE));
      this.#left = this.#left.subarray(SLICE);
    }
    if (!this.#ended || this.#left.length > 0) return;
    // Who still sends a body reads the answer first: an end at once would take it away.
    if (this.#skipping) socket.setTimeout(LINGER_MS);
    else socket.destroySoon();
  }

  /** Whether there may be more to do with what was read. */
  #next(): boolean {
    if (this.#skipping) {
      const state = this.#skip(this.#skipping);
      if (state === 'malformed') this.#socket.destroy();
      return state === 'done';
    }
    const { site, at, plain = false } = this.#visited;
    this.#read = withoutEmptyLines(this.#read);
    const head = this.#head.read(this.#read);
    if (head.state === 'more') {
      this.#begun ??= performance.now();
      // A byte now and then would keep it for ever.
      if (performance.now() - this.#begun > HEAD_MS) this.#socket.destroy();
      return false;
    }
    this.#begun = undefined;
    this.#head = new HeadReader();
    if (head.state === 'refused') {
      this.#send(site.refuse(head.status), '1.1');
      return false;
    }
    const { request, length } = head;
    if (this.#isOurs(request) && !plain) {
      this.#handOn();
      return false;
    }
    this.#read = this.#read.subarray(length);
    const state = this.#skip(new BodySkipper(request.headers));
    const answer = plain ? site.refusePlain(request) : site.answer(request, at);
    const last = state === 'malformed' || ++this.#requests === REQUESTS;
    this.#send(last ? ending(answer) : answer, request.version);
    return state === 'done';
  }

  #isOurs({ method, target, version, headers }: SiteRequest): boolean {
    const found = this.#visited.isOurs(target);
    return found && version === '1.1' && OURS.includes(method) && headers.expect === undefined;
  }

  /** Passes over what has come of a body. */
  #skip(body: BodySkipper): Skipped['state'] {
    const { state, rest } = body.skip(this.#read);
    this.#read = rest;
    this.#skipping = state === 'more' ? body : undefined;
    return state;
  }

  #send(answer: Answer, version: SiteRequest['version']): void {
    const { body, ends } = answer;
    this.#socket.write(bytesOf({ ...answer, body: body.subarray(0, SLICE) }, version));
    this.#left = body.subarray(SLICE);
    this.#ended = ends;
    if (!ends) this.#socket.setTimeout(KEPT_MS);
    this.#write();
  }

  #handOn(): void {
    const socket = this.#socket;
    this.#ended = true;
    socket.pause();
    socket.setTimeout(0);
    socket.off('timeout', this.#destroy).off('error', this.#destroy);
    socket.off('end', this.#destroy).off('data', this.#take);
    socket.unshift(this.#read);
    this.#visited.handOn(socket);
    socket.resume();
  }
}
