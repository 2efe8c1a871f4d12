/** When a stored row of an entity holds; all times in µs since the epoch. */
export interface RowTimes {
  eventUs: bigint;
  createdUs: bigint;
  /** Not written by a materialization. At equal times it stands above a row that was. */
  pushed: boolean;
}

/** From when on a row can be the answer: it has happened and is known. */
export function availableUs(row: RowTimes): bigint {
  return row.eventUs > row.createdUs ? row.eventUs : row.createdUs;
}

/** Whether `a` is the answer wherever both rows are available; of equal rows the one that arrives last is. */
export function standsAbove(a: RowTimes, b: RowTimes): boolean {
  if (a.eventUs !== b.eventUs) return a.eventUs > b.eventUs;
  if (a.createdUs !== b.createdUs) return a.createdUs > b.createdUs;
  return a.pushed && !b.pushed;
}

/**
 * What happens to the rows of one entity when another arrives. Kept are the rows that are the answer at some time from
 * `nowUs` on: usually one, more where a row is dated into the future. A row that arrives late never replaces a newer one.
 * The rows kept are so that the answer at a time is the one of the latest availability, as in the point-in-time join.
 */
export function settleRows<T extends RowTimes>(
  present: readonly T[],
  arriving: RowTimes,
  nowUs: bigint,
): { stored: boolean; removed: T[] } {
  const at = availableUs(arriving);
  if (present.some((row) => standsAbove(row, arriving) && availableUs(row) <= at))
    return { stored: false, removed: [] };
  const beaten = (row: T) => !standsAbove(row, arriving) && availableUs(row) >= at;
  const rest = present.filter((row) => !beaten(row));
  let visibleFrom = at <= nowUs ? at : undefined;
  for (const row of rest) {
    const from = availableUs(row);
    if (from <= nowUs && (visibleFrom === undefined || from > visibleFrom)) visibleFrom = from;
  }
  const past = (from: bigint) => visibleFrom !== undefined && from < visibleFrom;
  return { stored: !past(at), removed: present.filter((row) => beaten(row) || past(availableUs(row))) };
}
