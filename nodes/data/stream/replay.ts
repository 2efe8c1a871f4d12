import { setTimeout as sleep } from 'node:timers/promises';
import { type DuckDb, parquetRelation } from '../../../main/compute/duckdb/connection.ts';
import { numberedParquetRelation } from '../../../main/compute/duckdb/numbered-relation.ts';
import { quoteIdentifier } from '../../../main/compute/duckdb/quote.ts';
import { openSegmentLog } from '../../../main/compute/streams/segment-log.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { Column } from '../../../shared/table/schema.ts';

export interface ReplayOptions {
  db: DuckDb;
  /** The table's Parquet file. */
  path: string;
  columns: readonly Column[];
  fields: readonly string[];
  eventTime: string;
  /** Folder of the log; what it already holds is not played again. */
  logDir: string;
  /** Times faster than it happened; 0 is as fast as possible. */
  speed: number;
  signal: AbortSignal;
  onEvents: (played: number) => void;
}

/** Events handed to the log at once. */
const batchEvents = 8192;
/** Longest time between two writes at a slow pace. */
const tickMs = 100;

/** Appends the rows that have an event time, in its order, each when its time has come. */
export async function replayTable(options: ReplayOptions): Promise<void> {
  const { db, signal, speed } = options;
  const log = await openSegmentLog(options.logDir, { sync: 'system' });
  try {
    const { relation, ordinal } = numberedParquetRelation(options.path, options.columns);
    const time = quoteIdentifier(options.eventTime);
    const fields = options.fields.map((field) => `${quoteIdentifier(field)} := ${quoteIdentifier(field)}`);
    const result = await db.stream(
      `SELECT CAST(to_json(struct_pack(${fields.join(', ')})) AS VARCHAR), CAST(epoch_us(CAST(${time} AS TIMESTAMP)) AS DOUBLE)
       FROM ${relation} WHERE ${time} IS NOT NULL ORDER BY ${time}, ${ordinal} OFFSET ${log.endOffset}`,
    );
    let batch: string[] = [];
    let startUs: number | undefined;
    const startedMs = performance.now();
    const flush = async () => {
      await log.append(batch);
      batch = [];
      options.onEvents(log.endOffset);
      if (signal.aborted) throw new AppError('run.cancelled', 'Cancelled.');
    };
    for (
      let chunk = await result.fetchChunk();
      chunk !== null && chunk.rowCount > 0;
      chunk = await result.fetchChunk()
    ) {
      const [events = [], times = []] = chunk.getColumns();
      for (let row = 0; row < chunk.rowCount; row++) {
        const atUs = Number(times[row]);
        startUs ??= atUs;
        if (speed > 0) {
          const dueMs = startedMs + (atUs - startUs) / 1000 / speed;
          while (dueMs > performance.now()) {
            await flush();
            await sleep(Math.max(0, Math.min(tickMs, dueMs - performance.now())));
          }
        }
        batch.push(String(events[row]));
        if (batch.length >= batchEvents) await flush();
      }
    }
    await flush();
  } finally {
    await log.close();
  }
}

/** Number of rows a replay of the table plays. */
export async function countReplayed(
  db: DuckDb,
  path: string,
  columns: readonly Column[],
  eventTime: string,
): Promise<number> {
  const [row] = await db.rows(
    `SELECT CAST(count(${quoteIdentifier(eventTime)}) AS DOUBLE) AS n FROM ${parquetRelation(path, columns)}`,
  );
  return Number(row?.['n']);
}
