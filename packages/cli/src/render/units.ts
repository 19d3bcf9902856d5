/** Times, sizes and ids as people read them. */

/** Letters of an id that are shown; a longer or shorter beginning is understood as well. */
const SHORT_ID = 8;

export function shortId(id: string): string {
  return id.slice(0, SHORT_ID);
}

/** `2026-02-11 09:41`, where this device is. @param at milliseconds since 1970 */
export function localTime(at: number): string {
  const time = new Date(at);
  const two = (number: number) => String(number).padStart(2, '0');
  const day = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return `${day} ${two(time.getHours())}:${two(time.getMinutes())}`;
}

/** `512 B`, `1.4 kB`, `23 MB`: powers of 1,000, as file managers have them. */
export function size(bytes: number): string {
  let amount = bytes;
  for (const unit of ['B', 'kB', 'MB']) {
    if (amount < 999.5 || unit === 'MB') {
      const digits = unit === 'B' || amount >= 9.95 ? 0 : 1;
      return `${amount.toFixed(digits)} ${unit}`;
    }
    amount /= 1000;
  }
  throw new RangeError(`not a size: ${bytes}`);
}

/** `1 minute`, `2 hours`, `3 days`: in the largest unit of which there are two, or one of the smallest. */
export function span(ms: number): string {
  const minutes = Math.max(1, Math.round(ms / 60_000));
  if (minutes >= 2 * 1_440) return `${Math.round(minutes / 1_440)} days`;
  if (minutes >= 120) return `${Math.round(minutes / 60)} hours`;
  return minutes === 1 ? '1 minute' : `${minutes} minutes`;
}
