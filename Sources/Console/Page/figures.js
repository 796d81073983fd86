// Figures and words as people read them.

/**
 * Returns a position as a clock shows it: 1:02:03, or 2:03.4 with one decimal.
 * @param {number} seconds
 * @param {number} decimals of the seconds
 */
export function clock(seconds, decimals = 0) {
  const rounded = decimals ? Math.round(Math.max(0, seconds) * 10 ** decimals) / 10 ** decimals : Math.floor(Math.max(0, seconds) + 1e-6);
  const hours = Math.floor(rounded / 3600), minutes = Math.floor(rounded / 60) % 60, rest = (rounded % 60).toFixed(decimals);
  const padded = rest.padStart(decimals ? 3 + decimals : 2, '0');
  return hours ? `${hours}:${String(minutes).padStart(2, '0')}:${padded}` : `${minutes}:${padded}`;
}

/** Returns a length of time in words: 2 h 05 min, 12 min, 9 s. */
export function length(seconds) {
  if (seconds >= 3570) {
    const minutes = Math.round(seconds / 60);
    return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
  }
  return seconds >= 59.5 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds)} s`;
}

/** Returns US dollars; null when nobody knows the price. Small amounts keep the digits that say something. */
export function money(dollars) {
  if (dollars == null) return '–';
  return '$' + dollars.toFixed(dollars && Math.abs(dollars) < 0.1 ? 4 : 2);
}

/** Writes numbers of bytes, each without a unit, in the unit that suits a whole; the unit is behind them. */
function inUnit(whole, ...numbers) {
  const [size, unit] = [[1e12, 'TB'], [1e9, 'GB'], [1e6, 'MB']].find(([size]) => whole >= size) ?? [1e3, 'kB'];
  return [...numbers.map((number) => (number / size).toFixed(whole >= 1e6 && whole < 9.95 * size ? 1 : 0)), unit];
}

/** Returns a number of bytes with the unit that suits it: 1.9 GB, 340 MB, 12 kB. */
export const bytes = (number) => inUnit(number, number).join(' ');

/** Returns a number of bytes and the whole of which it is a part: 212 of 480 MB. */
export function bytesOf(part, whole) {
  const [done, all, unit] = inUnit(whole, part, whole);
  return `${done} of ${all} ${unit}`;
}

/** Returns a number with its thousands set off. */
export const count = (number) => number.toLocaleString('en');

/** Returns `1 gap`, `2 gaps`. */
export const plural = (number, one, many = one + 's') => `${count(number)} ${number === 1 ? one : many}`;

const format = (options) => new Intl.DateTimeFormat('en-GB', options);

/** The time zone of days and times, by its IANA name; undefined: the browser's. */
let timeZone, numbers = format({ day: 'numeric', month: 'numeric', year: 'numeric' });

/** Sets the time zone of days and times. A zone that the browser does not know, or none, leaves the browser's. */
export function useZone(name) {
  const options = { day: 'numeric', month: 'numeric', year: 'numeric' };
  timeZone = undefined;
  numbers = format(options);
  if (!name) return;
  try {
    numbers = format({ ...options, timeZone: name });
    timeZone = name;
  } catch {
    // The browser has no such zone.
  }
}

/** The day of a time in the time zone: its number, which counts days, and its year. */
function dateOf(time) {
  const { day, month, year } = Object.fromEntries(numbers.formatToParts(new Date(time)).map(({ type, value }) => [type, Number(value)]));
  return { number: Date.UTC(year, month - 1, day) / 86_400_000, year };
}

/** Returns the day of a time (RFC 3339), in the user's time zone, in words: Today, Yesterday, 18 November. */
export function dayOf(time) {
  const date = dateOf(time), now = dateOf(Date.now());
  if (date.number === now.number) return 'Today';
  if (date.number === now.number - 1) return 'Yesterday';
  return format({ day: 'numeric', month: 'long', year: date.year === now.year ? undefined : 'numeric', timeZone }).format(new Date(time));
}

/** Returns what begins with a day or a number as it stands within a sentence. */
export const within = (words) => words.charAt(0).toLowerCase() + words.slice(1);

/** Returns the title of a conversation. */
export const titleOf = ({ title }) => title ?? 'Without a title';

/** Returns the time of day in the user's time zone: 16:02. */
export const timeOf = (time) => format({ hour: '2-digit', minute: '2-digit', timeZone }).format(new Date(time));

/** Returns a time's day with its year, and its time of day: 18 November 2026 at 16:02. */
export const dateAndTime = (time) => format({ dateStyle: 'long', timeStyle: 'short', timeZone }).format(new Date(time));

let names;

/** Returns a language's English name for its BCP 47 tag; the tag itself where the browser does not know the name. */
export function language(tag) {
  if (!tag) return '';
  if (tag === 'multi' || tag === 'auto') return 'Any language';
  try {
    names ??= new Intl.DisplayNames(['en'], { type: 'language' });
    return names.of(tag) ?? tag;
  } catch {
    return tag;
  }
}
