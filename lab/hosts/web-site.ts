/** Program: an ordinary web site over HTTPS, with a few pages. What the decoy shows, and bridges until they are some. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';

const [certPath = '', keyPath = '', title = ''] = process.argv.slice(2);

const page = (heading: string, text: string): string =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title><h1>${heading}</h1><p>${text}</p></html>`;

const pages = new Map([
  ['/', page(title, 'Open daily from nine to six. <a href="/about">About us</a>')],
  ['/about', page('About us', 'We have been here since 1987.')],
]);

createServer({ cert: readFileSync(certPath), key: readFileSync(keyPath) }, (request, response) => {
  const { pathname } = new URL(request.url ?? '/', 'https://site.example');
  const found = ['GET', 'HEAD'].includes(request.method ?? '') ? pages.get(pathname) : undefined;
  response.writeHead(found ? 200 : 404, { 'content-type': 'text/html; charset=utf-8' });
  response.end(found ?? page('Not found', 'There is no such page.'));
}).listen(443, () => console.log('ready'));
