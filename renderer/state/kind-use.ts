/** How often a person added each kind, in all, and behind or before another kind. */
type Uses = Record<string, number>;

const storageKey = 'slipway.kind-uses';
const mostEntries = 2_000;

function readUses(): Uses {
  if (typeof localStorage === 'undefined') return {};
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(storageKey) ?? '{}');
    if (typeof stored !== 'object' || stored === null) return {};
    return Object.fromEntries(
      Object.entries(stored).filter((entry): entry is [string, number] => Number.isFinite(entry[1])),
    );
  } catch {
    return {};
  }
}

/** Remembers on this machine that a kind was added, tied to a node of `neighbour`. */
export function noteKindUse(kind: string, neighbour?: string): void {
  if (typeof localStorage === 'undefined') return;
  const uses = readUses();
  for (const key of neighbour === undefined ? [kind] : [kind, `${neighbour} ${kind}`]) uses[key] = (uses[key] ?? 0) + 1;
  if (Object.keys(uses).length > mostEntries) return;
  localStorage.setItem(storageKey, JSON.stringify(uses));
}

/** Kinds with the ones used most beside `neighbour` first, then the ones used most; equals keep their order. */
export function byUse<T extends { kind: string }>(kinds: readonly T[], neighbour: string | undefined): T[] {
  const uses = readUses();
  const beside = ({ kind }: T) => (neighbour === undefined ? 0 : (uses[`${neighbour} ${kind}`] ?? 0));
  const all = ({ kind }: T) => uses[kind] ?? 0;
  return kinds.toSorted((a, b) => beside(b) - beside(a) || all(b) - all(a));
}
