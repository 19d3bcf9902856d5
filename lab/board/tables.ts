/** The board for a terminal and as Markdown, with what is missing in words below it. */
import type { Row } from './row.ts';
import { labHolds } from './row.ts';
import { cells, groups, HEADINGS, score } from './text.ts';

export function terminalTable(rows: readonly Row[]): string {
  const lines = [[...HEADINGS], ...groups(rows).map(cells)];
  const widths = HEADINGS.map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  );
  const table = lines.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return [...table, '', ...remarks(rows)].join('\n');
}

export function markdownTable(rows: readonly Row[], command: string): string {
  const line = (texts: readonly string[]) => `| ${texts.join(' | ')} |`;
  return [
    '# The censor lab’s scoreboard',
    '',
    `Made by \`${command}\`. What each censor does and where it was seen: [the lab](../lab/README.md).`,
    '',
    line(HEADINGS),
    line(HEADINGS.map(() => '---')),
    ...groups(rows).map((group) => line(cells(group))),
    '',
    ...remarks(rows).map((remark) => (remark === '' ? '' : `- ${remark}`)),
    '',
  ].join('\n');
}

/** The score, and a sentence for each row that did not go as it should. */
export function remarks(rows: readonly Row[]): string[] {
  const { passed, delivered, of } = score(rows);
  const summary = `Polynya passes ${passed} of ${of}; its texts get through in ${delivered} of ${of}.`;
  const missed = rows.filter((row) => row.side === 'polynya' && !row.passed);
  const broken = rows.filter((row) => !labHolds(row));
  return [
    ...(of > 0 ? [summary] : []),
    ...broken.map((row) => `${named(row)}, ${row.side}: the lab does not hold (${why(row)}).`),
    ...missed.map((row) => `${named(row)}: ${why(row)}.`),
    ...rows.flatMap((row) =>
      row.side === 'polynya' && row.besides ? [`${named(row)}: ${row.besides}.`] : [],
    ),
  ];
}

function named({ scenario, variant }: Row): string {
  return `${scenario} ${variant}`;
}

function why({ why: reason, delivered }: Row): string {
  return (
    (reason ?? (delivered ? 'the texts came through' : 'they did not come through'))
      .split('\n')[0]
      ?.replace(/\.$/, '') ?? ''
  );
}
