/** Sizes, times and tables as a host reads them. */

/** `512 B`, `1.4 kB`, `23 MB`, `1.2 TB`: powers of 1,000. @param units from bytes on, between blanks */
export function bytesText(bytes: number, units = 'B kB MB GB TB'): string {
  const names = units.split(' ');
  let amount = bytes;
  let at = 0;
  for (; amount >= 999.5 && at < names.length - 1; at++) amount /= 1_000;
  return `${amount.toFixed(at === 0 || amount >= 9.95 ? 0 : 1)} ${names[at]}`;
}

/** `2026-11-22 06:00`, in UTC. @param hour since 1970 */
export const hourText = (hour: number): string => minuteText(hour * 3_600);

/** `2026-11-22 06:41`, in UTC. @param seconds since 1970 */
export const minuteText = (seconds: number): string =>
  new Date(seconds * 1_000).toISOString().slice(0, 16).replace('T', ' ');

/** `3 days 4 h`, `4 h 5 min`, `12 s`. */
export function durationText(seconds: number): string {
  const [days, hours, minutes] = [86_400, 3_600, 60].map((unit) => Math.floor(seconds / unit));
  if (days) return `${days} ${days === 1 ? 'day' : 'days'} ${(hours ?? 0) % 24} h`;
  if (hours) return `${hours} h ${(minutes ?? 0) % 60} min`;
  return minutes ? `${minutes} min` : `${Math.floor(seconds)} s`;
}

/** Rows with their columns under one another, two blanks between. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length);
  }
  return rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
