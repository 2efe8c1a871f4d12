import type { ModelManifest } from '../../../shared/model/signature.ts';
import type { MissedRows } from '../../serving/missed-rows.ts';
import type { RecentRows } from '../../serving/request-log.ts';
import { columnsOf, sketchWindow } from '../rolling-windows.ts';
import { LabelledLog } from '../labelled-log.ts';
import type { EndpointArchive } from './endpoint-archive.ts';
import { joinSegments, readSegment } from './read-segment.ts';

/** The newest requests of all replicas of an endpoint, with the labels that have come. */
export interface ArchivedRequests {
  log: LabelledLog;
  /** Rows that one model answered. */
  of(model: string): RecentRows;
  /**
   * All rows that one model answered up to `rows` of the newest, file by file of every replica, as sketches that add up:
   * memory does not grow with their number. Oldest first.
   */
  sketches(model: string, rows: number): Promise<MissedRows[]>;
}

/** At most about `capacityRows` rows, whole files. Files that cannot be read are left out and named. */
export async function readArchive(
  archive: EndpointArchive,
  manifest: ModelManifest,
  options: { capacityRows: number; sinceMs: number; signal?: AbortSignal; log(text: string): void },
): Promise<ArchivedRequests> {
  const parts: { model: string; rows: RecentRows }[] = [];
  let rows = 0;
  for (const segment of (await archive.segments(options.sinceMs)).toReversed()) {
    if (rows >= options.capacityRows) break;
    options.signal?.throwIfAborted();
    const path = await archive.rowsPath(segment);
    if (path === undefined) continue;
    try {
      const read = await readSegment(path, manifest, options.signal);
      rows += read.rows;
      parts.unshift({ model: segment.model, rows: read });
    } catch (error) {
      if (options.signal?.aborted) throw error;
      options.log(`Requests of ${new Date(segment.fromMs).toISOString()} are left out: ${String(error)}`);
    }
  }
  const log = new LabelledLog(manifest, options.capacityRows);
  for (const part of parts) log.add(part.rows, part.model);
  for (const { id, label } of await archive.feedback(options.sinceMs)) log.label(id, label);
  return {
    log,
    async sketches(model, wanted) {
      const found: MissedRows[] = [];
      let count = 0;
      for (const segment of (await archive.segments(options.sinceMs)).toReversed()) {
        if (count >= wanted) break;
        options.signal?.throwIfAborted();
        const path = segment.model === model ? await archive.rowsPath(segment) : undefined;
        if (path === undefined) continue;
        const read = await readSegment(path, manifest, options.signal).catch(() => undefined);
        if (read === undefined || read.rows === 0) continue;
        count += read.rows;
        found.unshift({ rows: read.rows, columns: columnsOf(sketchWindow([...read.columns, ...read.outputs])) });
      }
      return found;
    },
    of: (model) => joinSegments(parts.filter((part) => part.model === model).map((part) => part.rows)),
  };
}
