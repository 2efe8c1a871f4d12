/** Local time minus UTC, which changes at some moments. */
export interface ZoneOffsets {
  /** Milliseconds since the epoch, ascending: from each on the next offset holds. */
  changes: readonly number[];
  /** In milliseconds, one more than changes. */
  offsets: readonly number[];
}

/** Rules of time zones are known for these years; the first and the last offset hold before and after. */
const [firstYear, lastYear] = [1900, 2100];
/** Shorter than any time between two changes of a zone since 1900. */
const strideMs = 5 * 86_400_000;

/** The offsets of an IANA zone such as Europe/Berlin, as the time zone data of this runtime has them. Throws `RangeError`. */
export function zoneOffsets(timeZone: string): ZoneOffsets {
  const offsetAt = offsetReader(timeZone);
  const changes: number[] = [];
  let at = Date.UTC(firstYear, 0, 1);
  let offset = offsetAt(at);
  const offsets = [offset];
  for (const end = Date.UTC(lastYear, 0, 1); at < end; ) {
    const next = Math.min(end, at + strideMs);
    const then = offsetAt(next);
    if (then !== offset) {
      let [before, after] = [at, next];
      while (after - before > 1000) {
        const middle = Math.floor((before + after) / 2000) * 1000;
        if (offsetAt(middle) === offset) before = middle;
        else after = middle;
      }
      offset = offsetAt(after);
      changes.push(after);
      offsets.push(offset);
      at = after;
    } else at = next;
  }
  return { changes, offsets };
}

function offsetReader(timeZone: string): (millis: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  return (millis) => {
    const parts = new Map(format.formatToParts(millis).map(({ type, value }) => [type, Number(value)]));
    const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0;
    const local = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
    return local - Math.floor(millis / 1000) * 1000;
  };
}
