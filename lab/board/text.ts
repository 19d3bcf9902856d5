/** Rows as cells: what the three tables (terminal, Markdown, page) have in common. */
import { wayInWords } from '../sides/way.ts';
import type { Row } from './row.ts';

export const HEADINGS = [
  'censor',
  'variant',
  'no censor',
  'naive client',
  'Polynya',
  'seconds',
  'kB',
  'carrier, host',
  'diagnosis',
] as const;

/** One scenario's three rows together. */
export interface Group {
  readonly scenario: string;
  readonly variant: string;
  readonly open: Row | undefined;
  readonly naive: Row | undefined;
  readonly polynya: Row | undefined;
}

/** In the order in which they were run. */
export function groups(rows: readonly Row[]): Group[] {
  const keys = [...new Set(rows.map(({ scenario, variant }) => `${scenario} ${variant}`))];
  return keys.map((key) => {
    const own = rows.filter(({ scenario, variant }) => `${scenario} ${variant}` === key);
    const of = (side: Row['side']) => own.find((row) => row.side === side);
    const [scenario = '', variant = ''] = key.split(' ');
    return { scenario, variant, open: of('open'), naive: of('naive'), polynya: of('polynya') };
  });
}

/** Texts in the order of HEADINGS. */
export function cells({ scenario, variant, open, naive, polynya }: Group): string[] {
  return [
    scenario,
    variant,
    open ? (open.passed ? inSeconds(open) : 'FAILS') : '',
    naiveCell(naive),
    polynya ? outcome(polynya) : '',
    polynya?.seconds?.toFixed(1) ?? '',
    polynya ? (polynya.bytes / 1_000).toFixed(1) : '',
    polynya?.carrier ? wayInWords({ carrier: polynya.carrier, host: polynya.host }) : '',
    polynya ? diagnosisCell(polynya) : '',
  ];
}

function inSeconds({ seconds }: Row): string {
  return seconds === null ? 'passes' : `${seconds.toFixed(1)} s`;
}

function outcome({ passed, delivered }: Row): string {
  if (passed) return 'passes';
  return delivered ? 'delivers, fails' : 'fails';
}

function naiveCell(naive: Row | undefined): string {
  if (!naive) return '';
  const did = naive.delivered ? inSeconds(naive) : 'fails';
  return naive.expectNaive === (naive.delivered ? 'pass' : 'fail') ? did : `${did} (!)`;
}

function diagnosisCell({ diagnosis, expected, says }: Row): string {
  const by = says.includes('page') ? (says.length > 1 ? ' (terminal and page)' : ' (page)') : '';
  const said = `${diagnosis ?? '-'}${by}`;
  return diagnosis === expected ? said : `${said} (is ${expected})`;
}

/** `17 of 24`, by Polynya's rows. */
export function score(rows: readonly Row[]): { passed: number; delivered: number; of: number } {
  const ours = rows.filter(({ side }) => side === 'polynya');
  const count = (test: (row: Row) => boolean) => ours.filter(test).length;
  return {
    passed: count(({ passed }) => passed),
    delivered: count(({ delivered }) => delivered),
    of: ours.length,
  };
}
