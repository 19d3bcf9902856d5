/** Hands out a folder's files as a host does, packed where there is a packed copy; and a few more. */

import { once } from 'node:events';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.wasm': 'application/wasm',
};

export interface Site {
  readonly port: number;
  close(): void;
}

/** @param more files by path, in place of the folder's */
export async function serveSite(
  folder: string,
  port = 0,
  more: Readonly<Record<string, string>> = {},
): Promise<Site> {
  const server: Server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://site');
    const path = more[pathname] ?? join(folder, normalize(pathname.replace(/\/$/, '/index.html')));
    if (!existsSync(path) || !statSync(path).isFile()) {
      response.writeHead(404).end();
      return;
    }
    const packed = existsSync(`${path}.br`);
    response.writeHead(200, {
      'content-type': TYPES[extname(path)] ?? 'application/octet-stream',
      // The browser then tells how much memory it uses.
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp',
      ...(packed && { 'content-encoding': 'br' }),
    });
    response.end(readFileSync(packed ? `${path}.br` : path));
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
