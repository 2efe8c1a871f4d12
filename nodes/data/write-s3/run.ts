import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parquetRelation, withDuckDb } from '../../../main/compute/duckdb/connection.ts';
import { duckDbError } from '../../../main/compute/duckdb/duckdb-error.ts';
import { stepDuckDbOptions } from '../../../main/compute/duckdb/step-options.ts';
import { tableFile } from '../../../main/compute/duckdb/write-table.ts';
import { fileDigest } from '../../../main/compute/paths/file-digest.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import { implementNode } from '../../../shared/node/runner.ts';
import { exportFormat, exportTable } from '../../lib/export-table.ts';
import { openStepBucket } from '../../lib/open-step-bucket.ts';
import { sinkReport } from '../../lib/table-sink.ts';
import { writeS3Node } from './definition.ts';

/** Metadata that says which bytes the object has. */
const mark = 'slipway-sha256';

export const runner = implementNode(writeS3Node, {
  effect: true,

  async run(ctx) {
    const { params } = ctx;
    const input = ctx.inputs['table']?.[0];
    if (input === undefined) throw new AppError('data.query', 'Input “table” is not connected.');
    if (params.key === '' || params.key.endsWith('/')) {
      throw new AppError('params.invalid', 'No key is set.', { fix: 'Set key.', details: { field: 'key' } });
    }
    const bucket = openStepBucket(params, ctx);
    const format = exportFormat(params.key, params);
    const path = join(ctx.workDir, 'object');
    const columns = input.manifest.schema?.columns ?? [];
    await withDuckDb(stepDuckDbOptions(ctx), async (db) => {
      try {
        const relation = parquetRelation(input.path(tableFile), columns);
        await exportTable(db, relation, path, format, { columns, memoryBytes: ctx.memoryBytes });
      } catch (error) {
        throw duckDbError(error, { code: 'data.query', doing: `${params.key} cannot be written` });
      }
    });
    const sha256 = await fileDigest(path, ctx.signal);
    const before = await bucket.head(params.key);
    const written = before?.metadata[mark] !== sha256;
    if (written) await bucket.upload(params.key, path, { [mark]: sha256 });
    await rm(path);
    const rows = input.manifest.rowCount ?? 0;
    return sinkReport(ctx, { target: `s3://${params.bucket}/${params.key}`, rows, written });
  },

  async probe(ctx) {
    const found = await openStepBucket(ctx.params, ctx).head(ctx.params.key);
    // The time tells two writes of the same bytes apart.
    return found === undefined ? randomUUID() : `${found.etag} ${found.lastModified}`;
  },
});
