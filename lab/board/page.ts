/** The board as one HTML page that needs nothing else: a table and a chart, for people who do not read logs. */
import { techniques } from '../techniques/all.ts';
import type { Row } from './row.ts';
import { remarks } from './tables.ts';
import { cells, type Group, groups, HEADINGS, score } from './text.ts';

const STYLE = `
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; color: #16202a; }
  table { border-collapse: collapse; width: 100%; font-size: 0.9rem; }
  th, td { text-align: left; padding: 0.35rem 0.6rem; border-bottom: 1px solid #d5dde4; }
  .yes { background: #d9f2e3; } .half { background: #fdf1cc; } .no { background: #f9d9d7; }
  svg text { font-size: 13px; fill: currentColor; }
  @media (prefers-color-scheme: dark) {
    body { background: #11181f; color: #e6edf3; } th, td { border-color: #33404c; }
    .yes { background: #14432a; } .half { background: #4d3f10; } .no { background: #55211f; }
  }
`;

export function page(rows: readonly Row[], seed: number): string {
  const { delivered, of } = score(rows);
  const all = groups(rows);
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>The censor lab’s scoreboard</title>
<style>${STYLE}</style>
<h1>What gets through</h1>
<p>Each line is one way to block a messenger, rebuilt in a laboratory from published measurements. Two people
try to tell each other something: without a censor, with a messenger that has one name and one connection, and
with Polynya. Polynya’s texts got through in ${delivered} of ${of}. Made by <code>npm run lab -- --seed ${seed}</code>.</p>
<h2>How long until both had heard each other</h2>
${chart(all)}
<h2>Line by line</h2>
<table>
<thead><tr>${HEADINGS.map((heading) => `<th>${heading}</th>`).join('')}</tr></thead>
<tbody>
${all.map(tableRow).join('\n')}
</tbody>
</table>
<h2>What is missing</h2>
<ul>${remarks(rows)
    .map((remark) => `<li>${html(remark)}</li>`)
    .join('\n')}</ul>
<h2>Where each was seen</h2>
<dl>${techniques
    .map(
      ({ name, what, sources }) =>
        `<dt><b>${name}</b>: ${html(what)}</dt>${sources.map((source) => `<dd>${html(source)}</dd>`).join('')}`,
    )
    .join('\n')}</dl>
</html>
`;
}

function tableRow(group: Group): string {
  const marks = [mark(group.open), mark(group.naive), mark(group.polynya)];
  return `<tr>${cells(group)
    .map((cell, column) => `<td class="${marks[column - 2] ?? ''}">${html(cell)}</td>`)
    .join('')}</tr>`;
}

function mark(row: Row | undefined): string {
  if (!row) return '';
  if (row.side !== 'polynya') return row.delivered ? 'yes' : 'no';
  return row.passed ? 'yes' : row.delivered ? 'half' : 'no';
}

const BAR = 22;
const LABEL = 220;
const WIDTH = 900;

/** A bar for each side: how long it took of what it may take; none where nothing came. */
function chart(all: readonly Group[]): string {
  const bars = all.map((group, index) => {
    const y = index * BAR;
    const label = `${group.scenario} ${group.variant}`;
    return `<text x="0" y="${y + 15}">${html(label)}</text>${bar(group.polynya, y)}`;
  });
  const height = all.length * BAR + 4;
  return `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="Seconds by scenario">${bars.join('')}</svg>`;
}

function bar(row: Row | undefined, y: number): string {
  if (!row) return '';
  const x = LABEL;
  if (row.seconds === null) return `<text x="${x}" y="${y + 15}">did not get through</text>`;
  const length = Math.max(3, Math.min(1, row.seconds / row.bound) * (WIDTH - LABEL - 130));
  const fill = row.passed ? '#2c9c5a' : '#d7a514';
  const words = `${row.seconds.toFixed(1)} s of ${row.bound}`;
  return `<rect x="${x}" y="${y + 3}" width="${length.toFixed(0)}" height="16" fill="${fill}"/><text x="${x + length + 6}" y="${y + 15}">${words}</text>`;
}

function html(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
