/** `next`, but with `before` wherever the two are equal as JSON, so that selectors keep their references. */
export function shareEqual<T>(before: unknown, next: T): T {
  if (Object.is(before, next)) return next;
  if (typeof before !== 'object' || typeof next !== 'object' || before === null || next === null) return next;
  if (Array.isArray(before) !== Array.isArray(next)) return next;
  const old = before as Record<string, unknown>;
  const fresh = next as Record<string, unknown>;
  const keys = Object.keys(fresh);
  let equal = keys.length === Object.keys(old).length;
  const shared: Record<string, unknown> = {};
  for (const key of keys) {
    const value = shareEqual(old[key], fresh[key]);
    shared[key] = value;
    if (!Object.hasOwn(old, key) || !Object.is(value, old[key])) equal = false;
  }
  if (equal) return before as T;
  return (Array.isArray(next) ? keys.map((key) => shared[key]) : shared) as T;
}
