/** One HTML page without scripts: for each work a bar for each system, the median, and a tick for each run. */
import { figure } from './report.ts';
import type { ServerRow } from './row.ts';
import type { ServerBench } from './server.ts';

const STYLE = `
  :root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
  body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
  h2 { font-size: 1rem; margin: 2rem 0 .25rem; }
  .bar { display: grid; grid-template-columns: 10rem 1fr 9rem; gap: .75rem; align-items: center; }
  .bar span:last-child { text-align: end; font-variant-numeric: tabular-nums; }
  .track { position: relative; height: 1rem; }
  .track b { position: absolute; inset: 0 auto 0 0; background: #8a97a6; border-radius: 2px; }
  .own b { background: #1f7a8c; }
  .track i { position: absolute; top: -2px; bottom: -2px; width: 1px; background: currentColor; opacity: .5; }
  table { border-collapse: collapse; } td, th { text-align: start; padding: .15rem 1rem .15rem 0; }`;

export function chart({ rows, ratios }: ServerBench): string {
  const works = [...new Set(rows.map(({ work }) => work))];
  const sections = works.map((work) =>
    section(
      work,
      rows.filter((row) => row.work === work),
    ),
  );
  const judged = ratios.map(
    ({ ratio, to, value, bound, holds }) =>
      `<tr><td>${ratio}</td><td>${to}</td><td>${figure(value)}</td><td>${figure(bound)}</td><td>${holds === null ? '' : holds ? 'holds' : 'missed'}</td></tr>`,
  );
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Polynya's server beside its peers</title><style>${STYLE}</style>
<h1>Polynya's server beside its peers</h1>
<table><tr><th>ratio</th><th>to</th><th>value</th><th>bound</th><th></th></tr>${judged.join('')}</table>
${sections.join('\n')}
</html>
`;
}

function section(work: string, rows: readonly ServerRow[]): string {
  const longest = Math.max(...rows.flatMap(({ rate, runs }) => [rate, ...runs]));
  const share = (value: number): string => `${((100 * value) / longest).toFixed(1)}%`;
  const bars = rows.map(({ system, rate, runs, p99, unit }) => {
    const ticks = runs.map((run) => `<i style="left:${share(run)}"></i>`).join('');
    const late = p99 === null ? '' : ` title="p99 ${figure(p99)} ms"`;
    const own = system === 'Polynya' ? ' own' : '';
    return `<div class="bar${own}"${late}><span>${system}</span><span class="track"><b style="width:${share(rate)}"></b>${ticks}</span><span>${figure(rate)} ${unit}</span></div>`;
  });
  return `<section><h2>${work}</h2>${bars.join('')}</section>`;
}
