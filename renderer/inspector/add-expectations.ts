type Expectation = Record<string, unknown>;

/** What an expectation is about: two about the same say the same or contradict each other. */
function subject({ check, column, columns }: Expectation): string {
  return JSON.stringify([check, column ?? columns ?? null]);
}

/** A contract with the expectations that it says nothing about yet; those of a person stay as they are. Pure. */
export function addExpectations(before: unknown, found: readonly Expectation[]): { all: Expectation[]; added: number } {
  const kept = Array.isArray(before)
    ? before.filter((one): one is Expectation => typeof one === 'object' && one !== null)
    : [];
  const known = new Set(kept.map(subject));
  const fresh = found.filter((one) => !known.has(subject(one)));
  return { all: [...kept, ...fresh], added: fresh.length };
}
