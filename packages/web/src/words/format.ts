/** Times, days and sizes as people of a language write them. */

export interface Formats {
  /** Hours and minutes. */
  time(at: number): string;
  /** A day within the last week by its name, else by its date. */
  day(at: number, now: number): string;
  /** For lists: the time today, the weekday this week, else the date. */
  moment(at: number, now: number): string;
  /** The whole date and time. */
  full(at: number): string;
  /** Bytes in units that fit. */
  size(bytes: number): string;
  /** Seconds in the largest unit of which there is one; `narrow`: as short as can be. */
  lasting(seconds: number, look?: 'long' | 'narrow'): string;
  /** Minutes, hours or days. */
  span(ms: number): string;
}

const DAY = 86_400_000;
const UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const;

/** Whole days between the calendar days of two times, in the time zone of the device. */
export function daysBetween(at: number, now: number): number {
  const start = (time: number) => new Date(time).setHours(0, 0, 0, 0);
  return Math.round((start(now) - start(at)) / DAY);
}

export function createFormats(locale: string): Formats {
  const dates = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, options);
  const time = dates({ hour: '2-digit', minute: '2-digit' });
  const weekday = dates({ weekday: 'short' });
  const longWeekday = dates({ weekday: 'long' });
  const date = dates({ day: 'numeric', month: 'long' });
  const dateOfYear = dates({ day: 'numeric', month: 'long', year: 'numeric' });
  const short = dates({ day: '2-digit', month: '2-digit', year: '2-digit' });
  const full = dates({ dateStyle: 'long', timeStyle: 'short' });
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  const unit = (
    value: number,
    name: string,
    unitDisplay: 'short' | 'long' | 'narrow' = name.endsWith('byte') ? 'short' : 'long',
  ) =>
    new Intl.NumberFormat(locale, {
      style: 'unit',
      unit: name,
      unitDisplay,
      maximumFractionDigits: value < 10 && name !== 'byte' ? 1 : 0,
    }).format(value);

  return {
    time: (at) => time.format(at),
    day(at, now) {
      const days = daysBetween(at, now);
      if (days === 0 || days === 1) return relative.format(-days, 'day');
      if (days > 1 && days < 7) return longWeekday.format(at);
      return new Date(at).getFullYear() === new Date(now).getFullYear()
        ? date.format(at)
        : dateOfYear.format(at);
    },
    moment(at, now) {
      const days = daysBetween(at, now);
      if (days <= 0) return time.format(at);
      return days < 7 ? weekday.format(at) : short.format(at);
    },
    full: (at) => full.format(at),
    size(bytes) {
      if (bytes < 1000) return unit(bytes, 'byte');
      return bytes < 1_000_000 ? unit(bytes / 1000, 'kilobyte') : unit(bytes / 1e6, 'megabyte');
    },
    lasting(seconds, look = 'long') {
      const [name, length] = UNITS.find(([, one]) => seconds >= one) ?? UNITS[3];
      return unit(Math.round(seconds / length), name, look);
    },
    span(ms) {
      const minutes = Math.round(Math.abs(ms) / 60_000);
      if (minutes < 120) return unit(minutes, 'minute');
      return minutes < 2880
        ? unit(Math.round(minutes / 60), 'hour')
        : unit(Math.round(minutes / 1440), 'day');
    },
  };
}
