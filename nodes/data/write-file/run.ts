import { randomUUID } from 'node:crypto';
import { rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import { parquetRelation, withDuckDb } from '../../../main/compute/duckdb/connection.ts';
import { duckDbError } from '../../../main/compute/duckdb/duckdb-error.ts';
import { stepDuckDbOptions } from '../../../main/compute/duckdb/step-options.ts';
import { tableFile } from '../../../main/compute/duckdb/write-table.ts';
import { fileDigest } from '../../../main/compute/paths/file-digest.ts';
import { besideFile, replaceFile, resolveTargetPath } from '../../../main/compute/paths/replace-file.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import { implementNode } from '../../../shared/node/runner.ts';
import { exportTable, exportFormat } from '../../lib/export-table.ts';
import { writeFileNode } from './definition.ts';

type Params = z.output<typeof writeFileNode.params>;

export const runner = implementNode(writeFileNode, {
  effect: true,

  async run(ctx) {
    const { params } = ctx;
    const input = ctx.inputs['table']?.[0];
    if (input === undefined) throw new AppError('data.query', 'Input “table” is not connected.');
    const format = exportFormat(params.path, params);
    const target = await resolveTargetPath(params.path, ctx.baseDir, params.makeFolder);
    const temporary = besideFile(target);
    let written = false;
    try {
      await withDuckDb(stepDuckDbOptions(ctx), (db) =>
        exportTable(db, parquetRelation(input.path(tableFile), input.manifest.schema?.columns), temporary, format, {
          columns: input.manifest.schema?.columns ?? [],
          memoryBytes: ctx.memoryBytes,
        }),
      );
      const sha256 = await fileDigest(temporary, ctx.signal);
      const before = await fileDigest(target, ctx.signal).catch(() => undefined);
      if (before !== undefined && before !== sha256 && params.existing === 'fail') {
        throw new AppError('data.unreadable', `${params.path} exists with other content.`, {
          fix: 'Remove it, choose another path, or let it be replaced.',
          details: { field: 'path' },
        });
      }
      const { size } = await stat(temporary);
      if (before !== sha256) {
        ctx.signal.throwIfAborted();
        await replaceFile(temporary, target);
        written = true;
      } else ctx.log('info', `${params.path} holds these rows already and is left as it is.`);
      const report = join(ctx.workDir, 'report.json');
      const rows = input.manifest.rowCount ?? 0;
      const body = { type: 'written', target, rows, bytes: size, sha256, written };
      await writeFile(report, `${JSON.stringify(body, null, 2)}\n`);
      return {
        report: { type: 'report', files: { 'report.json': report }, meta: { metrics: { rows, bytes: size } } },
      };
    } catch (error) {
      throw writeError(error, params);
    } finally {
      await rm(temporary, { force: true });
    }
  },

  /** Who the file is and when it was written: a new one for each write, and none that comes back while it is missing. */
  async probe({ params, baseDir }) {
    try {
      const target = await resolveTargetPath(params.path, baseDir, false);
      const { ino, mtimeNs, size } = await stat(target, { bigint: true });
      return `${ino}:${mtimeNs}:${size}`;
    } catch {
      return `missing ${randomUUID()}`;
    }
  },
});

function writeError(error: unknown, params: Params): AppError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const text = error instanceof Error ? error.message : String(error);
  if (code === 'ENOSPC')
    return duckDbError(new Error('No space left on device'), { code: 'disk.full', doing: `Writing ${params.path}` });
  if (code === 'EACCES' || code === 'EPERM' || /Permission denied/.test(text)) {
    return new AppError('data.unreadable', `${params.path} may not be written.`, {
      fix: 'Give this user permission to write there, or choose another path.',
      details: { field: 'path' },
      cause: error,
    });
  }
  return duckDbError(error, { code: 'data.query', doing: `${params.path} cannot be written` });
}
