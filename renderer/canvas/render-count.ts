declare global {
  /** Renders by component. Set by whoever counts, before the app starts; nothing is counted otherwise. */
  var slipwayRenders: Record<string, number> | undefined;
}

/** Counts a render for tests and benchmarks that asked for it. */
export function countRender(component: string): void {
  const counts = globalThis.slipwayRenders;
  if (counts) counts[component] = (counts[component] ?? 0) + 1;
}
