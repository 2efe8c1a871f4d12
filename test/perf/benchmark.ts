export interface Measurement {
  /** Raw measured values by key. */
  figures: Record<string, number>;
  /** Keys that could not be measured here. */
  skipped: string[];
}

export interface Benchmark {
  measure(log: (text: string) => void): Promise<Measurement>;
}
