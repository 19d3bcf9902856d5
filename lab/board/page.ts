/** The board as one HTML page that needs nothing else: a chart and a table, for people who do not read logs. */
import { techniques } from '../techniques/all.ts';
import { CHART_STYLE, chart, KEY } from './chart.ts';
import { html } from './html.ts';
import { kindOf, sentenceOf } from './plain-words.ts';
import type { Row } from './row.ts';
import { remarks } from './tables.ts';
import { cells, type Group, groups, HEADINGS, score } from './text.ts';

const STYLE = `
  :root { --ground: #fff; }
  body { background: var(--ground); font: 16px/1.5 system-ui, sans-serif; max-width: 68rem; margin: 2rem auto; padding: 0 1rem; color: #16202a; }
  .figures { display: flex; flex-wrap: wrap; gap: 1rem 3rem; margin: 1.5rem 0; }
  .figures div { max-width: 15rem; } .figures strong { display: block; font-size: 2.2rem; line-height: 1.2; }
  .wide { overflow-x: auto; }
  table { border-collapse: collapse; width: 100%; font-size: 0.85rem; }
  th, td { text-align: left; padding: 0.35rem 0.6rem; border-bottom: 1px solid #d5dde4; }
  .yes { background: #d9f2e3; } .half { background: #fdf1cc; } .no { background: #f9d9d7; }
  dd { overflow-wrap: anywhere; }
  ${CHART_STYLE}
  @media (prefers-color-scheme: dark) {
    :root { --ground: #11181f; }
    body { color: #e6edf3; } th, td { border-color: #33404c; } a { color: #8ec7ff; }
    .yes { background: #14432a; } .half { background: #4d3f10; } .no { background: #55211f; }
  }
`;

export function page(rows: readonly Row[], command: string): string {
  const { delivered, of } = score(rows);
  const all = groups(rows);
  const naive = rows.filter(({ side }) => side === 'naive');
  const passedNaive = naive.filter((row) => row.delivered).length;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>What gets through: the censor lab’s scoreboard</title>
<style>${STYLE}</style>
<h1>What gets through</h1>
<p>Governments block messengers in many ways. Each line below is one of them, rebuilt in a laboratory from published
measurements, with real programs and a real network inside one computer. Two people try to tell each other something,
both ways: with an ordinary messenger, which has one name and one connection, and with Polynya, which looks for another
way when one is closed.</p>
<div class="figures"><div><strong>${delivered} of ${of}</strong>times Polynya got the words through</div>
<div><strong>${passedNaive} of ${naive.length}</strong>times the ordinary messenger did</div></div>
<h2>How long it took until both had heard each other</h2>
${KEY}
${chart(all)}
<h2>In figures</h2>
<p>A line passes when each text came, once, in time, and nobody who listens on the wire could read anything; and when
the app said rightly what was being done to the line (the last column). The carrier is how the first person’s words went, and beside it
the server or bridge by which they did. kB counts everything on the wire, of both people, both ways.</p>
<div class="wide"><table>
<thead><tr>${HEADINGS.map((heading) => `<th>${heading}</th>`).join('')}</tr></thead>
<tbody>
${all.map(tableRow).join('\n')}
</tbody>
</table></div>
<h2>What is missing</h2>
<ul>${remarks(rows)
    .map((remark) => `<li>${html(remark)}</li>`)
    .join('\n')}</ul>
<h2>Where each was seen</h2>
<dl>${techniques
    .map(
      ({ name, what, sources }) =>
        `<dt><b>${html(kindOf({ scenario: name }))}</b> (${name}): ${html(what)}</dt>${sources.map((source) => `<dd>${linked(source)}</dd>`).join('')}`,
    )
    .join('\n')}</dl>
<p>Made by <code>${command}</code>: whoever has the program can make this page anew.</p>
</html>
`;
}

function tableRow(group: Group): string {
  const marks = [mark(group.open), mark(group.naive), mark(group.polynya)];
  const title = `${kindOf(group)}: ${sentenceOf(group)}`;
  return `<tr title="${html(title)}">${cells(group)
    .map((cell, column) => `<td class="${marks[column - 2] ?? ''}">${html(cell)}</td>`)
    .join('')}</tr>`;
}

function mark(row: Row | undefined): string {
  if (!row) return '';
  if (row.side !== 'polynya') return row.delivered ? 'yes' : 'no';
  return row.passed ? 'yes' : row.delivered ? 'half' : 'no';
}

function linked(source: string): string {
  return html(source).replace(/https:\/\/[^\s)]+/, (url) => `<a href="${url}">${url}</a>`);
}
