import { randomUUID } from 'node:crypto';
import { AppError } from '../../shared/errors/app-error.ts';
import type { StoreDatabase } from '../store/database.ts';
import { parseRunFilter, parseRunOrder } from './run-filter.ts';

export type TrainingStatus = 'RUNNING' | 'SCHEDULED' | 'FINISHED' | 'FAILED' | 'KILLED';
export type Lifecycle = 'active' | 'deleted';

export interface Experiment {
  id: number;
  name: string;
  lifecycle: Lifecycle;
  createdMs: number;
  updatedMs: number;
  tags: Record<string, string>;
}

export interface Metric {
  key: string;
  value: number;
  timestampMs: number;
  step: number;
}

/** One training as an experiment sees it (a “run” of MLflow). */
export interface Training {
  id: string;
  experimentId: number;
  name: string;
  user: string;
  status: TrainingStatus;
  startMs: number;
  endMs: number | null;
  lifecycle: Lifecycle;
  /** Engine run and node it comes from; null when logged from outside. */
  runId: string | null;
  nodeId: string | null;
  modelDigest: string | null;
  params: Record<string, string>;
  tags: Record<string, string>;
  /** Latest value per key. */
  metrics: Record<string, Metric>;
}

export interface NewTraining {
  experimentId: number;
  name: string;
  user: string;
  startMs: number;
  tags?: Record<string, string>;
  runId?: string;
  nodeId?: string;
  modelDigest?: string;
}

export interface TrainingLog {
  metrics?: readonly Metric[];
  /** Set once; the same value again is accepted. */
  params?: Readonly<Record<string, string>>;
  /** Overwrite. */
  tags?: Readonly<Record<string, string>>;
}

export interface TrainingQuery {
  experimentIds: readonly number[];
  /** See `parseRunFilter`. */
  filter?: string;
  /** See `parseRunOrder`; newest first at last. */
  orderBy?: readonly string[];
  lifecycle?: Lifecycle | 'all';
  offset?: number;
  limit: number;
  /** Keys to read; undefined reads all of a kind. */
  columns?: { params?: readonly string[]; metrics?: readonly string[]; tags?: readonly string[] };
}

/** Longest key, in characters. */
export const longestKey = 250;

interface TrainingRow {
  number: number;
  id: string;
  experiment_id: number;
  name: string;
  user: string;
  status: TrainingStatus;
  start_ms: number;
  end_ms: number | null;
  lifecycle: Lifecycle;
  run_id: string | null;
  node_id: string | null;
  model_digest: string | null;
}

interface ExperimentRow {
  id: number;
  name: string;
  lifecycle: Lifecycle;
  created_ms: number;
  updated_ms: number;
}

interface MetricRow {
  training: number;
  key: string;
  value: number;
  is_nan: number;
  timestamp_ms: number;
  step: number;
}

/** Experiments and their trainings in the database. Ids that do not exist throw `run.not-found`. */
export class TrackingStore {
  readonly #db: StoreDatabase;

  constructor(database: StoreDatabase) {
    this.#db = database;
  }

  /** Throws `request.invalid` when the name is taken. */
  createExperiment(name: string, tags: Record<string, string> = {}): number {
    const now = Date.now();
    const insert = this.#db.transaction(() => {
      if (this.experimentNamed(name) !== undefined) {
        throw new AppError('request.invalid', `There is an experiment “${name}” already.`, { fix: 'Use that one.' });
      }
      const { lastInsertRowid } = this.#db
        .prepare("INSERT INTO experiments (name, lifecycle, created_ms, updated_ms) VALUES (?, 'active', ?, ?)")
        .run(name, now, now);
      for (const [key, value] of Object.entries(tags)) this.#putExperimentTag(Number(lastInsertRowid), key, value);
      return Number(lastInsertRowid);
    });
    return insert.immediate();
  }

  experimentNamed(name: string): Experiment | undefined {
    const row = this.#db.prepare<[string], ExperimentRow>('SELECT * FROM experiments WHERE name = ?').get(name);
    return row === undefined ? undefined : this.#toExperiment(row);
  }

  experiment(id: number): Experiment {
    const row = this.#db.prepare<[number], ExperimentRow>('SELECT * FROM experiments WHERE id = ?').get(id);
    if (row === undefined) throw new AppError('run.not-found', `There is no experiment ${id}.`);
    return this.#toExperiment(row);
  }

  /** Newest first. */
  experiments(lifecycle: Lifecycle | 'all' = 'active'): Experiment[] {
    return this.#db
      .prepare<[string, string], ExperimentRow>(
        "SELECT * FROM experiments WHERE ? = 'all' OR lifecycle = ? ORDER BY updated_ms DESC, id DESC",
      )
      .all(lifecycle, lifecycle)
      .map((row) => this.#toExperiment(row));
  }

  updateExperiment(
    id: number,
    change: { name?: string; lifecycle?: Lifecycle; tags?: Record<string, string | null> },
  ): void {
    const current = this.experiment(id);
    if (change.name !== undefined && change.name !== current.name && this.experimentNamed(change.name) !== undefined) {
      throw new AppError('request.invalid', `There is an experiment “${change.name}” already.`);
    }
    this.#db
      .prepare('UPDATE experiments SET name = ?, lifecycle = ?, updated_ms = ? WHERE id = ?')
      .run(change.name ?? current.name, change.lifecycle ?? current.lifecycle, Date.now(), id);
    for (const [key, value] of Object.entries(change.tags ?? {})) {
      if (value !== null) this.#putExperimentTag(id, key, value);
      else this.#db.prepare('DELETE FROM experiment_tags WHERE experiment_id = ? AND key = ?').run(id, key);
    }
  }

  /** Gives the id, 32 hexadecimal digits. */
  createTraining(training: NewTraining): string {
    const id = randomUUID().replaceAll('-', '');
    const { experimentId, name, user, startMs } = training;
    this.experiment(experimentId);
    this.#db
      .prepare(
        `INSERT INTO trainings (id, experiment_id, name, user, status, start_ms, lifecycle, run_id, node_id, model_digest)
         VALUES (?, ?, ?, ?, 'RUNNING', ?, 'active', ?, ?, ?)`,
      )
      .run(
        id,
        experimentId,
        name,
        user,
        startMs,
        training.runId ?? null,
        training.nodeId ?? null,
        training.modelDigest ?? null,
      );
    if (training.tags !== undefined) this.log(id, { tags: training.tags });
    return id;
  }

  updateTraining(
    id: string,
    change: { status?: TrainingStatus; endMs?: number | null; name?: string; lifecycle?: Lifecycle },
  ): void {
    const row = this.#row(id);
    this.#db
      .prepare('UPDATE trainings SET status = ?, end_ms = ?, name = ?, lifecycle = ? WHERE number = ?')
      .run(
        change.status ?? row.status,
        change.endMs === undefined ? row.end_ms : change.endMs,
        change.name ?? row.name,
        change.lifecycle ?? row.lifecycle,
        row.number,
      );
  }

  /**
   * Appends metrics, sets params, overwrites tags: all or nothing. Throws `request.invalid` when a param has another
   * value already.
   */
  log(id: string, { metrics = [], params = {}, tags = {} }: TrainingLog): void {
    const write = this.#db.transaction(() => {
      const { number } = this.#row(id);
      const oneParam = this.#db
        .prepare<[number, string], string>('SELECT value FROM training_params WHERE training = ? AND key = ?')
        .pluck();
      const putParam = this.#db.prepare('INSERT INTO training_params (training, key, value) VALUES (?, ?, ?)');
      for (const [key, value] of Object.entries(params)) {
        const known = oneParam.get(number, key);
        if (known === undefined) putParam.run(number, key, value);
        else if (known !== value) {
          throw new AppError(
            'request.invalid',
            `The param “${key}” is “${known}” already and cannot become “${value}”.`,
            {
              fix: 'Params are set once; log a tag for what changes.',
            },
          );
        }
      }
      const putTag = this.#db.prepare(
        `INSERT INTO training_tags (training, key, value) VALUES (?, ?, ?)
         ON CONFLICT (training, key) DO UPDATE SET value = excluded.value`,
      );
      for (const [key, value] of Object.entries(tags)) putTag.run(number, key, value);
      this.#logMetrics(number, metrics);
    });
    write.immediate();
  }

  deleteTag(id: string, key: string): void {
    const { number } = this.#row(id);
    const { changes } = this.#db.prepare('DELETE FROM training_tags WHERE training = ? AND key = ?').run(number, key);
    if (changes === 0) throw new AppError('run.not-found', `The run ${id} has no tag “${key}”.`);
  }

  training(id: string): Training {
    return this.#toTrainings([this.#row(id)])[0] as Training;
  }

  lifecycleOf(id: string): Lifecycle {
    return this.#row(id).lifecycle;
  }

  /** The newest training that made a model. */
  trainingOfModel(digest: string): string | undefined {
    return this.#db
      .prepare<[string], string>('SELECT id FROM trainings WHERE model_digest = ? ORDER BY number DESC LIMIT 1')
      .pluck()
      .get(digest);
  }

  /** A page of trainings, with only the columns asked for, and how many there are in all. */
  query(query: TrainingQuery): { trainings: Training[]; total: number } {
    const { experimentIds, filter = '', orderBy = [], lifecycle = 'active', offset = 0, limit } = query;
    if (experimentIds.length === 0) return { trainings: [], total: 0 };
    const condition = parseRunFilter(filter);
    const orders = orderBy.map(parseRunOrder);
    const where = `t.experiment_id IN (${experimentIds.map(() => '?').join(', ')})
      AND (? = 'all' OR t.lifecycle = ?) AND ${condition.sql}`;
    const values = [...experimentIds, lifecycle, lifecycle, ...condition.values];
    const total = this.#db
      .prepare<unknown[], number>(`SELECT count(*) FROM trainings t WHERE ${where}`)
      .pluck()
      .get(...values);
    const order = [...orders.map(({ sql }) => sql), 't.start_ms DESC', 't.number DESC'].join(', ');
    const rows = this.#db
      .prepare<unknown[], TrainingRow>(`SELECT t.* FROM trainings t WHERE ${where} ORDER BY ${order} LIMIT ? OFFSET ?`)
      .all(...values, ...orders.flatMap((one) => one.values), limit, offset);
    return { trainings: this.#toTrainings(rows, query.columns), total: total ?? 0 };
  }

  /** Every logged value of a metric, by step, then time. */
  history(id: string, key: string, page: { offset?: number; limit?: number } = {}): Metric[] {
    const { number } = this.#row(id);
    return this.#db
      .prepare<[number, string, number, number], MetricRow>(
        'SELECT * FROM metric_history WHERE training = ? AND key = ? ORDER BY step, timestamp_ms LIMIT ? OFFSET ?',
      )
      .all(number, key, page.limit ?? -1, page.offset ?? 0)
      .map(toMetric);
  }

  /** At most 2 · buckets values of a metric: smallest and largest of each of equal ranges of steps, NaN left out. */
  sampledHistory(id: string, key: string, buckets: number): Metric[] {
    const { number } = this.#row(id);
    const ends = this.#db
      .prepare<[number, string], { low: number | null; high: number | null }>(
        'SELECT min(step) AS low, max(step) AS high FROM metric_history WHERE training = ? AND key = ?',
      )
      .get(number, key);
    if (ends === undefined || ends.low === null || ends.high === null) return [];
    const width = Math.max(1, Math.ceil((ends.high - ends.low + 1) / buckets));
    const extremes = (aggregate: 'min' | 'max') =>
      this.#db
        .prepare<[number, string, number, number], MetricRow>(
          // Other columns beside one min() or max() are those of its row.
          `SELECT training, key, step, timestamp_ms, is_nan, ${aggregate}(value) AS value FROM metric_history
           WHERE training = ? AND key = ? AND is_nan = 0 GROUP BY CAST((step - ?) / ? AS INTEGER)`,
        )
        .all(number, key, ends.low as number, width);
    const seen = new Set<string>();
    return [...extremes('min'), ...extremes('max')]
      .filter((row) => seen.size < seen.add(`${row.step} ${row.timestamp_ms} ${row.value}`).size)
      .sort((a, b) => a.step - b.step || a.timestamp_ms - b.timestamp_ms)
      .map(toMetric);
  }

  /** Keys that trainings of an experiment have, for choosing columns. */
  keys(experimentId: number): { params: string[]; metrics: string[]; tags: string[] } {
    const of = (table: string) =>
      this.#db
        .prepare<[number], string>(
          `SELECT DISTINCT k.key FROM ${table} k JOIN trainings t ON t.number = k.training
           WHERE t.experiment_id = ? ORDER BY k.key`,
        )
        .pluck()
        .all(experimentId);
    return { params: of('training_params'), metrics: of('latest_metrics'), tags: of('training_tags') };
  }

  #logMetrics(number: number, metrics: readonly Metric[]): void {
    const append = this.#db.prepare(
      'INSERT OR IGNORE INTO metric_history (training, key, step, timestamp_ms, value, is_nan) VALUES (?, ?, ?, ?, ?, ?)',
    );
    // The latest timestamp counts; of equal ones the larger value, NaN being the smallest.
    const putLatest = this.#db.prepare(
      `INSERT INTO latest_metrics (training, key, value, is_nan, timestamp_ms, step) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (training, key) DO UPDATE SET
         value = excluded.value, is_nan = excluded.is_nan, timestamp_ms = excluded.timestamp_ms, step = excluded.step
       WHERE excluded.timestamp_ms > timestamp_ms
         OR (excluded.timestamp_ms = timestamp_ms AND (is_nan > excluded.is_nan
           OR (is_nan = excluded.is_nan AND excluded.value >= value)))`,
    );
    for (const { key, value, timestampMs, step } of metrics) {
      const isNan = Number.isNaN(value) ? 1 : 0;
      const stored = isNan === 1 ? 0 : value;
      append.run(number, key, step, timestampMs, stored, isNan);
      putLatest.run(number, key, stored, isNan, timestampMs, step);
    }
  }

  #row(id: string): TrainingRow {
    const row = this.#db.prepare<[string], TrainingRow>('SELECT * FROM trainings WHERE id = ?').get(id);
    if (row === undefined) throw new AppError('run.not-found', `There is no experiment run ${id}.`);
    return row;
  }

  #toTrainings(rows: readonly TrainingRow[], columns: TrainingQuery['columns'] = {}): Training[] {
    const trainings = new Map(rows.map((row) => [row.number, toTraining(row)]));
    const numbers = [...trainings.keys()];
    const read = <R extends { training: number }>(
      table: string,
      keys: readonly string[] | undefined,
      put: (training: Training, row: R) => void,
    ) => {
      if (numbers.length === 0 || keys?.length === 0) return;
      const marks = (count: number) => Array.from({ length: count }, () => '?').join(', ');
      const keyed = keys === undefined ? '' : ` AND key IN (${marks(keys.length)})`;
      // Chunks: SQLite takes 32,766 values in a statement.
      for (let from = 0; from < numbers.length; from += 10_000) {
        const some = numbers.slice(from, from + 10_000);
        const statement = this.#db.prepare<unknown[], R>(
          `SELECT * FROM ${table} WHERE training IN (${marks(some.length)})${keyed}`,
        );
        for (const row of statement.all(...some, ...(keys ?? []))) put(trainings.get(row.training) as Training, row);
      }
    };
    interface Text {
      training: number;
      key: string;
      value: string;
    }
    read<Text>('training_params', columns.params, (training, { key, value }) => {
      training.params[key] = value;
    });
    read<Text>('training_tags', columns.tags, (training, { key, value }) => {
      training.tags[key] = value;
    });
    read<MetricRow>('latest_metrics', columns.metrics, (training, row) => {
      training.metrics[row.key] = toMetric(row);
    });
    return [...trainings.values()];
  }

  #toExperiment(row: ExperimentRow): Experiment {
    const tags = this.#db
      .prepare<[number], { key: string; value: string }>(
        'SELECT key, value FROM experiment_tags WHERE experiment_id = ?',
      )
      .all(row.id);
    const { id, name, lifecycle } = row;
    return {
      id,
      name,
      lifecycle,
      createdMs: row.created_ms,
      updatedMs: row.updated_ms,
      tags: Object.fromEntries(tags.map(({ key, value }) => [key, value])),
    };
  }

  #putExperimentTag(id: number, key: string, value: string): void {
    this.#db
      .prepare(
        `INSERT INTO experiment_tags (experiment_id, key, value) VALUES (?, ?, ?)
         ON CONFLICT (experiment_id, key) DO UPDATE SET value = excluded.value`,
      )
      .run(id, key, value);
  }
}

function toTraining(row: TrainingRow): Training {
  return {
    id: row.id,
    experimentId: row.experiment_id,
    name: row.name,
    user: row.user,
    status: row.status,
    startMs: row.start_ms,
    endMs: row.end_ms,
    lifecycle: row.lifecycle,
    runId: row.run_id,
    nodeId: row.node_id,
    modelDigest: row.model_digest,
    params: {},
    tags: {},
    metrics: {},
  };
}

function toMetric({ key, value, is_nan: isNan, timestamp_ms: timestampMs, step }: MetricRow): Metric {
  return { key, value: isNan === 1 ? Number.NaN : value, timestampMs, step };
}
