import type { ModelManifest } from '../../../shared/model/signature.ts';
import type { RecentRows } from '../../serving/request-log.ts';
import { LabelledLog } from '../labelled-log.ts';
import type { EndpointArchive } from './endpoint-archive.ts';
import { joinSegments, readSegment } from './read-segment.ts';

/** The newest requests of all replicas of an endpoint, with the labels that have come. */
export interface ArchivedRequests {
  log: LabelledLog;
  /** Rows that one model answered. */
  of(model: string): RecentRows;
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
    of: (model) => joinSegments(parts.filter((part) => part.model === model).map((part) => part.rows)),
  };
}
