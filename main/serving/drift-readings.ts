/** The newest verdict of a drift monitor about one model, as `/metrics` shows it. */
export interface DriftReading {
  model: string;
  drifted: boolean;
  /** Columns with a verdict; the score is the size of the difference in [0, 1] by that method. */
  columns: { column: string; method: string; score: number }[];
}

/** The newest reading of each model that is watched. */
export class DriftReadings {
  readonly #byModel = new Map<string, DriftReading>();

  set(reading: DriftReading): void {
    this.#byModel.set(reading.model, reading);
  }

  all(): DriftReading[] {
    return [...this.#byModel.values()];
  }
}
