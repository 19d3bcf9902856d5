/**
 * The host's page: how the server is and a form for invites, at an address that only the host knows. Whoever
 * knows it is the host, so it is in no log, no referrer and no cache.
 */
import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { makeHostInvite } from '@polynya/server/host/host-invite';
import { linksOf } from '@polynya/server/http/page-through';
import type { RunningServer } from '@polynya/server/serve';
import { version } from '../../version.ts';
import { longestInvite, mostUses } from '../settings.ts';
import { STYLE } from './style.ts';
import { type PageFacts, pageText } from './view.ts';
import { languageOf } from './words.ts';

const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy': `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-robots-tag': 'noindex',
};
/** Bytes of a form. */
const LONGEST_FORM = 1_024;

/** @param page where people find the page, without a slash at the end */
export function hostPageOf(server: RunningServer, page: string) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const made = request.method === 'POST' ? await inviteFor(request, server, page) : undefined;
    const [status, quotas] = await Promise.all([server.desk.status(), server.desk.quotas()]);
    const facts = { page, status, quotas, version: version(), ...(made && { made }) };
    const body = pageText(facts, languageOf(request.headers['accept-language']));
    response.writeHead(made === 'wrong' ? 400 : 200, HEADERS);
    response.end(request.method === 'HEAD' ? undefined : body);
  };
}

async function inviteFor(
  request: IncomingMessage,
  server: RunningServer,
  page: string,
): Promise<NonNullable<PageFacts['made']>> {
  const length = Number(request.headers['content-length'] ?? Number.NaN);
  if (!(length <= LONGEST_FORM)) return 'wrong';
  const form = new URLSearchParams(await text(request));
  const [uses, days] = ['uses', 'days'].map((name) => Number(form.get(name)));
  if (!isWithin(uses, mostUses) || !isWithin(days, longestInvite)) return 'wrong';
  return linksOf(await makeHostInvite(server, `${page}/`, uses, days));
}

const isWithin = (value: number | undefined, most: number): value is number =>
  value !== undefined && Number.isInteger(value) && value >= 1 && value <= most;
