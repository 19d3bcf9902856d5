/** The chart of the page: for each way of blocking, how long an ordinary messenger took and how long Polynya did. */
import { html } from './html.ts';
import { kindOf, sentenceOf } from './plain-words.ts';
import type { Row } from './row.ts';
import type { Group } from './text.ts';

/** Where the scale ends, in seconds: what takes longer is as long as the scale. */
const LONGEST = 60;

export const CHART_STYLE = `
  .chart h3 { font-size: 1rem; margin: 1.4rem 0 0.3rem; }
  .case { display: grid; grid-template-columns: 17rem 1fr; gap: 0 1rem; align-items: center; margin: 0.15rem 0; }
  .case > span { font-size: 0.9rem; }
  .bar { position: relative; height: 1.15rem; font-size: 0.78rem; line-height: 1.15rem; white-space: nowrap; }
  .bar i { display: inline-block; height: 0.75rem; vertical-align: middle; border-radius: 2px; margin-right: 0.4rem; }
  .bar b { position: absolute; top: 0; bottom: 0; border-left: 2px dotted #8796a3; }
  .bar span { position: relative; background: var(--ground); }
  .ours i { background: #2c9c5a; } .late i { background: #d7a514; } .theirs i { background: #8796a3; }
  .never { color: #b3352f; }
  .key span { display: inline-block; margin-right: 1.2rem; } .key i { display: inline-block; width: 1rem; height: 0.7rem; margin-right: 0.4rem; }
  @media (max-width: 40rem) { .case { grid-template-columns: 1fr; margin: 0.5rem 0; } }
  @media (prefers-color-scheme: dark) { .never { color: #ff9a92; } }
`;

export const KEY = `<p class="key"><span><i style="background:#8796a3"></i>an ordinary messenger</span>
<span><i style="background:#2c9c5a"></i>Polynya</span><span><i style="background:#d7a514"></i>Polynya, which got through and failed in something else</span><span>dotted: how long Polynya may take</span></p>`;

export function chart(all: readonly Group[]): string {
  const kinds = [...new Set(all.map(({ scenario }) => scenario))];
  return `<div class="chart">${kinds
    .map((scenario) => {
      const cases = all.filter((group) => group.scenario === scenario);
      return `<h3>${html(kindOf({ scenario }))}</h3>${cases.map(caseOf).join('')}`;
    })
    .join('\n')}</div>`;
}

function caseOf(group: Group): string {
  const bars = [bar(group.naive, 'theirs'), bar(group.polynya, 'ours')].join('');
  return `<div class="case"><span>${html(sentenceOf(group))}</span><div>${bars}</div></div>`;
}

function bar(row: Row | undefined, side: 'theirs' | 'ours'): string {
  if (!row) return '';
  const bound = side === 'ours' ? `<b style="left:${percent(row.bound)}"></b>` : '';
  const { seconds, delivered } = row;
  if (delivered && seconds === null)
    return `<div class="bar">${bound}<span>got through</span></div>`;
  if (!delivered || seconds === null) {
    return `<div class="bar never">${bound}${side === 'ours' ? 'did not get through' : '✕ blocked'}</div>`;
  }
  const name = side === 'ours' && !row.passed ? 'late' : side;
  return `<div class="bar ${name}">${bound}<i style="width:${percent(seconds)}"></i><span>${seconds.toFixed(1)} s</span></div>`;
}

/** Four fifths of the width: the words behind a bar need room. */
function percent(seconds: number): string {
  return `${((Math.min(seconds, LONGEST) / LONGEST) * 80).toFixed(1)}%`;
}
