/**
 * Polynya's page as an ordinary page: the files as they were built, and an index.html that names its script and its
 * style, in place of the start that has them brought in slices. There is no service worker to be had.
 */
import { existsSync, readFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';

const BUILT = join(import.meta.dirname, '..', '..', 'packages', 'web', 'dist');
const TYPES: Readonly<Record<string, string>> = { css: 'text/css', js: 'text/javascript' };

export const servePlainPage: RequestListener = (request, response) => {
  const { pathname } = new URL(request.url ?? '/', 'https://page.example');
  const [, name, kind = ''] = /^\/(assets\/[\w-]+\.(css|js))$/.exec(pathname) ?? [];
  if (pathname === '/') {
    response.writeHead(200, { 'content-type': 'text/html' }).end(plainIndex());
  } else if (name !== undefined && existsSync(join(BUILT, name))) {
    const small = existsSync(join(BUILT, `${name}.br`));
    response.setHeader('content-type', TYPES[kind] ?? '');
    if (small) response.setHeader('content-encoding', 'br');
    response.end(readFileSync(join(BUILT, small ? `${name}.br` : name)));
  } else response.writeHead(404).end();
};

function plainIndex(): string {
  const html = readFileSync(join(BUILT, 'index.html'), 'utf8');
  const tags = [...html.matchAll(/\bassets\/[\w-]+\.(css|js)/g)].map(([path, kind]) =>
    kind === 'css'
      ? `<link rel="stylesheet" href="${path}">`
      : `<script type="module" src="${path}"></script>`,
  );
  return html.replace(/<script>.*<\/script>/s, () => tags.join(''));
}
