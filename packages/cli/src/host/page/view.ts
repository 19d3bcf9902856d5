/** The host's page, drawn from what the server says of itself. */

import type { Quotas } from '@polynya/server/engine/engine-survey';
import type { ServerStatus } from '@polynya/server/host/host-desk';
import type { InviteLinks } from '@polynya/server/http/page-through';
import encodeQr from 'qr';
import { bytesText, minuteText } from '../data-words.ts';
import { longestInvite, mostUses } from '../settings.ts';
import { Html, html } from './html.ts';
import { STYLE } from './style.ts';
import { type Language, WORDS, type Words } from './words.ts';

export interface PageFacts {
  /** Where people find the server's own page. */
  readonly page: string;
  readonly status: ServerStatus;
  readonly quotas: Quotas;
  readonly version: string;
  /** What came of a form that was sent: a link, or that its numbers were wrong. */
  readonly made?: InviteLinks | 'wrong';
}

/** Links longer than this are not drawn: no camera reads them. */
const LONGEST_QR = 1_200;

export function pageText(facts: PageFacts, language: Language): string {
  const words = WORDS[language];
  const { status, version, made } = facts;
  const up = `${words.since} ${durationOf(status.upSeconds, words)}`;
  return html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${words.title}</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
<main>
<header><h1>${words.title}</h1><p>${words.works} ${up} · ${words.version} ${version}</p><a href="">${words.refresh}</a></header>
<div class="cards">
${made === undefined || made === 'wrong' ? html`` : madeCard(made, facts.page, words)}
${nowCard(status, words)}
${keptCard(status, words)}
${invitesCard(facts.quotas, words)}
${formCard(made === 'wrong', words)}
${leftCard(facts.quotas, words)}
</div>
<footer><p>${words.nothing}</p></footer>
</main>
</body>
</html>
`.text;
}

function nowCard(status: ServerStatus, words: Words): Html {
  return html`<section><h2>${words.now}</h2>${list([
    [words.connections, status.connections],
    [words.sessions, status.sessions],
    [words.watched, status.watched],
    [words.memory, bytesText(status.memoryBytes, words.bytes)],
    [words.storage, status.storage === 'sqlite' ? 'SQLite' : 'PostgreSQL'],
  ])}</section>`;
}

function keptCard(status: ServerStatus, words: Words): Html {
  const { keep, storedBytes, freeBytes, retained } = status;
  const part = Math.min(1, storedBytes / keep.maxBytes);
  return html`<section><h2>${words.kept}</h2>${list([
    [
      words.stored,
      `${bytesText(storedBytes, words.bytes)} ${words.of} ${bytesText(keep.maxBytes, words.bytes)}`,
    ],
    [words.diskLeft, bytesText(freeBytes, words.bytes)],
    [words.messages, keep.days],
    [
      words.largeFiles.replace('{size}', bytesText(keep.largeBlob, words.bytes)),
      keep.largeBlobDays,
    ],
    [words.pruned, retained === null ? words.notYet : minuteText(retained)],
  ])}<meter value="${part}" high="0.9" aria-label="${words.stored}"></meter></section>`;
}

function invitesCard({ invites }: Quotas, words: Words): Html {
  const rows = invites.map(
    ({ id, uses, until, each }) =>
      html`<tr><td>${Buffer.from(id).toString('hex')}</td><td>${uses}</td><td>${minuteText(until)}</td><td>${words.share
        .replace('{logs}', String(each.logs))
        .replace('{bytes}', bytesText(each.bytes, words.bytes))
        .replace('{invites}', String(each.invites))}</td></tr>`,
  );
  const table = html`<div class="scroll" tabindex="0"><table><thead><tr><th>№</th><th>${words.usesLeft}</th><th>${words.until}</th><th>${words.each}</th></tr></thead><tbody>${rows}</tbody></table></div>`;
  return html`<section class="wide"><h2>${words.invites}</h2>${rows.length > 0 ? table : html`<p>${words.noInvites}</p>`}</section>`;
}

function formCard(wrong: boolean, words: Words): Html {
  const sentence = words.wrong
    .replace('{uses}', String(mostUses))
    .replace('{days}', String(longestInvite));
  return html`<section><h2>${words.newInvite}</h2>${wrong ? html`<p class="warn" role="alert">${sentence}</p>` : html``}<form method="post"><label>${words.people}<input name="uses" type="number" min="1" max="${mostUses}" value="10" required></label><label>${words.days}<input name="days" type="number" min="1" max="${longestInvite}" value="7" required></label><button>${words.make}</button></form></section>`;
}

function madeCard({ link, through }: InviteLinks, page: string, words: Words): Html {
  const use = words.through.replace('{host}', new URL(page).host);
  const other = through === null ? html`` : html`<p>${use}</p>${linkWithCode(through)}`;
  return html`<section class="wide"><h2>${words.made}</h2><p class="warn">${words.madeNote}</p>${linkWithCode(link)}${other}</section>`;
}

function linkWithCode(link: string): Html {
  const code = link.length <= LONGEST_QR ? qrSvg(link) : html``;
  return html`<p class="link">${link}</p>${code}`;
}

function leftCard({ allowances, granted }: Quotas, words: Words): Html {
  return html`<section><h2>${words.left}</h2>${list([
    [words.admitted, allowances.count],
    [words.granted, granted.uses],
    [words.chats, allowances.logs],
    [words.files, bytesText(allowances.bytes, words.bytes)],
    [words.grantable, allowances.invites],
  ])}</section>`;
}

function list(pairs: readonly (readonly [string, string | number])[]): Html {
  return html`<dl>${pairs.map(([what, value]) => html`<dt>${what}</dt><dd>${value}</dd>`)}</dl>`;
}

/** ISO/IEC 18004, one path of squares. */
function qrSvg(text: string): Html {
  const rows = encodeQr(text, 'raw', { ecc: 'low', border: 4 });
  const squares = rows.flatMap((row, y) =>
    row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : [])),
  );
  const size = rows.length;
  return html`<svg class="qr" viewBox="0 0 ${size} ${size}" role="img" aria-label="QR" shape-rendering="crispEdges"><path d="${squares.join('')}"/></svg>`;
}

function durationOf(seconds: number, { day, hour, minute }: Words): string {
  const [days, hours, minutes] = [86_400, 3_600, 60].map((unit) => Math.floor(seconds / unit));
  if (days) return `${days} ${day} ${(hours ?? 0) % 24} ${hour}`;
  return hours ? `${hours} ${hour} ${(minutes ?? 0) % 60} ${minute}` : `${minutes} ${minute}`;
}
