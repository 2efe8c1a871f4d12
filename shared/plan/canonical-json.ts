import canonicalize from 'canonicalize';

/** Canonical JSON (RFC 8785) of a JSON value; equal values give equal text. */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('undefined has no JSON form');
  return text;
}
