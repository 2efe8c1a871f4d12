/** The newest verdict of a monitor about one model, as `/metrics` shows it. */
export type MonitorReading = { model: string } & MonitorVerdict;

export type MonitorVerdict =
  | {
      kind: 'drift';
      drifted: boolean;
      /** After m of k windows. */
      alarm: boolean;
      /** Whether a column has little in common with its training data. */
      broken: boolean;
      /** Columns with a verdict; the score is the size of the difference in [0, 1] by that method. */
      columns: { column: string; method: string; score: number }[];
    }
  | {
      kind: 'performance';
      metric: string;
      /** Of the newest window that has one. */
      estimated: number | null;
      realized: number | null;
      alarms: { estimated: boolean; realized: boolean };
    }
  | {
      kind: 'features';
      /** Replayed requests by feature, and the share of them that another value was answered with. */
      features: { view: string; feature: string; rows: number; skew: number }[];
    };

/** The newest readings of each model that is watched. */
export class MonitorReadings {
  readonly #byModel = new Map<string, MonitorReading>();

  set(reading: MonitorReading): void {
    this.#byModel.set(JSON.stringify([reading.model, reading.kind]), reading);
  }

  all(): MonitorReading[] {
    return [...this.#byModel.values()];
  }
}
