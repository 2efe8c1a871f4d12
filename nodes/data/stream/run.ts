import { createReadStream, createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { z } from 'zod';
import { type DuckDb, withDuckDb } from '../../../main/compute/duckdb/connection.ts';
import { duckDbError } from '../../../main/compute/duckdb/duckdb-error.ts';
import { stepDuckDbOptions } from '../../../main/compute/duckdb/step-options.ts';
import { quoteIdentifier } from '../../../main/compute/duckdb/quote.ts';
import { tableFile, writeTable } from '../../../main/compute/duckdb/write-table.ts';
import { type LogSnapshot, readLog } from '../../../main/compute/streams/segment-log.ts';
import { closedWindows, fieldsOfColumns, loadEvents } from '../../../main/compute/streams/windows.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import { implementNode, type StepContext } from '../../../shared/node/runner.ts';
import { declaredFields, streamNode } from './definition.ts';
import { countReplayed, replayTable } from './replay.ts';

type Params = z.output<typeof streamNode.params>;

interface Events {
  segments: string[];
  endOffset: number;
  fields: Record<string, string>;
  ended: boolean;
  /** Events before the first are gone. */
  cut?: boolean;
}

export const runner = implementNode(streamNode, {
  async run(ctx) {
    const { params } = ctx;
    // Progress is told in events.
    return withDuckDb({ ...stepDuckDbOptions(ctx), onProgress: () => undefined }, async (db) => {
      try {
        const replayDir = join(ctx.streamsDir, '.replay', replayName(ctx));
        const events = params.source !== 'replay' ? await pushedEvents(ctx) : await replayedEvents(ctx, db, replayDir);
        const inputFields = events.fields;
        await loadEvents(db, events.segments, events.endOffset, inputFields);
        const slideSeconds = params.slideSeconds === 0 ? params.windowSeconds : params.slideSeconds;
        const { select, counts } = await closedWindows(db, {
          fields: inputFields,
          eventTime: params.eventTime,
          dedupeKey: params.dedupeKey,
          windowUs: microseconds(params.windowSeconds),
          slideUs: microseconds(slideSeconds),
          latenessUs: microseconds(params.latenessSeconds),
          groupBy: params.groupBy,
          aggregates: params.aggregates,
          ended: events.ended,
        });
        ctx.log('info', `${counts.events} events, ${counts.duplicates} of them sent again.`);
        if (counts.untimed > 0)
          ctx.log('warn', `${counts.untimed} events have no usable ${params.eventTime} and are left out.`);
        if (counts.late > 0) ctx.log('warn', `${counts.late} events came after their window had been closed.`);
        const kept = events.cut ? await withoutCutWindows(db, select, params) : select;
        const table = await writeTable(db, kept, { workDir: ctx.workDir, lineage: 'all' });
        if (params.source === 'replay') await rm(replayDir, { recursive: true, force: true });
        return { table };
      } catch (error) {
        throw duckDbError(error, { code: 'data.query', doing: 'The windows cannot be computed' });
      }
    });
  },

  async probe({ params, streamsDir }) {
    if (params.source === 'replay') return '';
    const log = await readLog(join(streamsDir, params.name));
    return log === undefined ? '' : sourceOf(log);
  },
});

function microseconds(seconds: number): number {
  return Math.max(1, Math.round(seconds * 1e6));
}

/** What the key says of a log: which it is and how far it is read. */
function sourceOf(log: LogSnapshot): string {
  const first = log.segments[0]?.firstOffset ?? 0;
  return `${log.id} ${log.endOffset} ${log.lastLineDigest}${first === 0 ? '' : ` ${first}`}`;
}

/** The events that the key counts; what came since is for the next run. */
async function pushedEvents(ctx: StepContext<Params>): Promise<Events> {
  const { params } = ctx;
  const log = await readLog(join(ctx.streamsDir, params.name));
  const [id, end] = ctx.source.split(' ');
  if (log === undefined || id === undefined || id === '') {
    throw new AppError('data.empty', `The stream “${params.name}” has no events yet.`, {
      fix:
        params.source === 'push'
          ? `Send some with POST /streams/${params.name}/events while slipway ui runs.`
          : 'Check that the source has events, and that it can be reached.',
    });
  }
  const endOffset = Number(end);
  if (log.id !== id || log.endOffset < endOffset) {
    throw new AppError('data.unreadable', `The stream “${params.name}” was replaced while it was read.`, {
      fix: 'Run again.',
    });
  }
  const first = Number(ctx.source.split(' ')[3] ?? 0);
  if ((log.segments[0]?.firstOffset ?? 0) !== first) {
    throw new AppError('data.unreadable', `Old events of the stream “${params.name}” were removed while it was read.`, {
      fix: 'Run again.',
    });
  }
  const last = log.segments.at(-1);
  if (last === undefined) return { segments: [], endOffset, fields: declaredFields(params), ended: false };
  // A writer may be in the middle of a line: what is complete is copied.
  const copy = join(ctx.workDir, 'last.ndjson');
  await pipeline(last.bytes === 0 ? [] : createReadStream(last.path, { end: last.bytes - 1 }), createWriteStream(copy));
  const segments = [...log.segments.slice(0, -1).map(({ path }) => path), copy];
  return { segments, endOffset, fields: declaredFields(params), ended: false, cut: first > 0 };
}

/** Windows that may have had events which are gone would be wrong. */
async function withoutCutWindows(db: DuckDb, select: string, params: Params): Promise<string> {
  const time = quoteIdentifier(params.eventTime);
  const [first] = await db.rows(
    `SELECT CAST(epoch_us(${time}) AS VARCHAR) AS us FROM events WHERE ${time} IS NOT NULL ORDER BY o LIMIT 1`,
  );
  if (first === undefined) return select;
  const order = ['window_start', ...params.groupBy.map(quoteIdentifier)].join(', ');
  return `SELECT * FROM (${select}) WHERE epoch_us(window_start) > ${Number(first['us'])} ORDER BY ${order}`;
}

/** The same table and order of events give the same log, so an attempt that was cut off is continued. */
function replayName(ctx: StepContext<Params>): string {
  return [ctx.inputs['events']?.[0]?.digest ?? '', ctx.params.eventTime.replaceAll(/\W/g, '_')].join('-');
}

async function replayedEvents(ctx: StepContext<Params>, db: DuckDb, logDir: string): Promise<Events> {
  const { params } = ctx;
  const input = ctx.inputs['events']?.[0];
  if (input === undefined) {
    throw new AppError('params.invalid', 'There is no table to replay.', { fix: 'Connect one to the input “events”.' });
  }
  const columns = input.manifest.schema?.columns ?? [];
  if (!columns.some(({ name, type }) => name === params.eventTime && type === 'timestamp')) {
    throw new AppError('data.column-type', `The table has no time column “${params.eventTime}”.`, {
      fix: 'Set eventTime to a timestamp column.',
    });
  }
  const path = input.path(tableFile);
  const total = await countReplayed(db, path, columns, params.eventTime);
  const all = fieldsOfColumns(columns);
  const fields = Object.keys(params.fields).length === 0 ? all : declaredFields(params);
  const missing = Object.keys(fields).find((name) => all[name] === undefined);
  if (missing !== undefined) {
    throw new AppError('data.column-missing', `The table has no column “${missing}” to replay.`, {
      fix: `It has ${Object.keys(all).slice(0, 12).join(', ')}.`,
    });
  }
  await replayTable({
    db,
    path,
    columns,
    // All of them, so that the log does not depend on what is asked of it.
    fields: Object.keys(all),
    eventTime: params.eventTime,
    logDir,
    speed: params.speed,
    signal: ctx.signal,
    onEvents: (done) => ctx.progress({ done, total, unit: 'events' }),
  });
  const log = await readLog(logDir);
  if (log?.endOffset !== total) throw new AppError('internal.bug', `Replayed ${log?.endOffset} of ${total} events.`);
  return { segments: log.segments.map((segment) => segment.path), endOffset: log.endOffset, fields, ended: true };
}
