export interface Measurement {
  /** Raw measured values by key. */
  figures: Record<string, number>;
  /** Keys that could not be measured here. */
  skipped: string[];
}

export interface Benchmark {
  /** What it can be asked for alone; absent where it measures all or nothing. */
  parts?: readonly string[];
  /** @param parts some of its parts; default all */
  measure(log: (text: string) => void, parts?: readonly string[]): Promise<Measurement>;
}
