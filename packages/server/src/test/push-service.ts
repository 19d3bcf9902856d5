/** A push service on this machine (RFC 8030), and browsers that subscribed with it and open what comes (RFC 8291). */
import {
  createDecipheriv,
  createECDH,
  createPublicKey,
  hkdfSync,
  randomBytes,
  verify,
} from 'node:crypto';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { selfSigned } from '../bridge/self-signed.ts';
import type { DeliveryPorts } from '../push/deliver.ts';
import type { Subscription } from '../push/encryption.ts';

export class PushService {
  /** What it answers from now on. */
  status = 201;
  /** For a server that is to reach it. */
  readonly reach: DeliveryPorts;
  readonly #server: Server;
  #origin = '';
  readonly #browsers = new Map<string, TestBrowser>();

  private constructor(server: Server, ca: string) {
    this.#server = server;
    this.reach = { mayReach: (address) => address === '127.0.0.1', anyPort: true, ca };
  }

  static async start(): Promise<PushService> {
    const { cert, key } = selfSigned('127.0.0.1');
    const server = createServer({ cert, key });
    const service = new PushService(server, cert);
    server.on('request', (request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        service.#browsers.get(request.url ?? '')?.take(service.#url(''), request.headers, parts);
        response.writeHead(service.status).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    service.#origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return service;
  }

  /** A browser that subscribed, with the key of whoever may write to it. */
  browser(serverKey: Uint8Array): TestBrowser {
    const path = `/${randomBytes(16).toString('hex')}`;
    const browser = new TestBrowser(this.#url(path), serverKey);
    this.#browsers.set(path, browser);
    return browser;
  }

  stop(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  #url(path: string): string {
    return this.#origin + path;
  }
}

export class TestBrowser {
  readonly subscription: Subscription;
  /** What came, opened. */
  readonly heard: Buffer[] = [];
  readonly #keys = createECDH('prime256v1');
  readonly #serverKey: Buffer;

  constructor(endpoint: string, serverKey: Uint8Array) {
    this.#serverKey = Buffer.from(serverKey);
    const key = new Uint8Array(this.#keys.generateKeys());
    this.subscription = { endpoint, key, auth: new Uint8Array(randomBytes(16)) };
  }

  /** @throws Error for what a push service, or a browser, would not take */
  take(
    origin: string,
    headers: Readonly<Record<string, string | string[] | undefined>>,
    parts: readonly Buffer[],
  ) {
    const [, head, body, signature, key] =
      /^vapid t=([^.]+)\.([^.]+)\.([^,]+), k=(.+)$/.exec(String(headers.authorization)) ?? [];
    if (key !== this.#serverKey.toString('base64url')) throw new Error('of another server');
    const jwk = {
      ...{ kty: 'EC', crv: 'P-256' },
      x: this.#serverKey.subarray(1, 33).toString('base64url'),
      y: this.#serverKey.subarray(33).toString('base64url'),
    };
    const signer = createPublicKey({ key: jwk, format: 'jwk' });
    const valid = verify(
      'sha256',
      Buffer.from(`${head}.${body}`),
      { key: signer, dsaEncoding: 'ieee-p1363' },
      Buffer.from(signature ?? '', 'base64url'),
    );
    const claims = JSON.parse(String(Buffer.from(body ?? '', 'base64url')));
    if (!valid || claims.aud !== origin) throw new Error('a token for somebody else');
    if (!(Number(headers.ttl) > 0)) throw new Error('no TTL');
    if (headers['content-encoding'] !== 'aes128gcm') throw new Error('not encrypted');
    this.heard.push(this.#open(Buffer.concat(parts)));
  }

  #open(message: Buffer): Buffer {
    const { key, auth } = this.subscription;
    const [salt, theirs] = [message.subarray(0, 16), message.subarray(21, 86)];
    const sealed = message.subarray(86);
    const derive = (ikm: Uint8Array, by: Uint8Array, info: Uint8Array, length: number) =>
      Buffer.from(hkdfSync('sha256', ikm, by, info, length));
    const info = Buffer.concat([Buffer.from('WebPush: info\0'), key, theirs]);
    const secret = derive(this.#keys.computeSecret(theirs), auth, info, 32);
    const cek = derive(secret, salt, Buffer.from('Content-Encoding: aes128gcm\0'), 16);
    const nonce = derive(secret, salt, Buffer.from('Content-Encoding: nonce\0'), 12);
    const decipher = createDecipheriv('aes-128-gcm', cek, nonce);
    decipher.setAuthTag(sealed.subarray(-16));
    const record = Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
    if (record.at(-1) !== 2) throw new Error('not the last record');
    return record.subarray(0, -1);
  }
}
