import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tableFile } from '../../../main/compute/duckdb/write-table.ts';
import { DistanceTests } from '../../../main/compute/drift/distance-test.ts';
import { compareTables } from '../../../main/compute/drift/table-drift.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import { joinedViewsOf } from '../../../shared/features/joined-view.ts';
import type { ArtifactDraft, InputArtifact } from '../../../shared/node/runner.ts';
import { implementNode } from '../../../shared/node/runner.ts';
import { compareNode } from './definition.ts';

/** Columns that the message of a failure names. */
const namedColumns = 5;

export const runner = implementNode(compareNode, {
  async run(ctx) {
    const { method, alpha, minimumRows, multivariate, onDrift } = ctx.params;
    const reference = inputOf(ctx.inputs['reference'], 'reference');
    const current = inputOf(ctx.inputs['current'], 'current');
    const { details, columns, drifted } = await compareTables(reference.path(tableFile), current.path(tableFile), {
      alpha,
      minimumRows,
      multivariate,
      compatible: method === 'evidently',
      distances: method === 'distance' ? new DistanceTests() : undefined,
      signal: ctx.signal,
    });
    const moved = columns.filter((column) => column.drifted).map(({ column }) => column);
    if (drifted && onDrift === 'fail') {
      throw new AppError('data.expectation', driftSentence(moved, columns.length), {
        fix: 'Look at what changed at the source, or set “onDrift” to report.',
        details: { columns: moved.map((column) => ({ column, words: details.words[column] ?? '' })) },
      });
    }
    if (drifted) ctx.log('warn', driftSentence(moved, columns.length));
    const path = join(ctx.workDir, 'report.json');
    // The same tables give the same report whenever they are compared.
    const body = { type: 'drift', ...details, report: { ...details.report, timeMs: 0 } };
    await writeFile(path, `${JSON.stringify(body)}\n`);
    return {
      table: await tableAsItCame(current, join(ctx.workDir, 'table.parquet')),
      report: {
        type: 'report',
        files: { 'report.json': path },
        meta: {
          metrics: {
            driftedColumns: moved.length,
            columns: columns.length,
            referenceRows: details.report.referenceRows,
            currentRows: details.report.currentRows,
          },
        },
      },
    };
  },
});

function inputOf(given: readonly InputArtifact[] | undefined, port: string): InputArtifact {
  const input = given?.[0];
  if (input !== undefined) return input;
  throw new AppError('data.query', `Input “${port}” is not connected.`, { fix: 'Connect a table to it.' });
}

async function tableAsItCame(input: InputArtifact, copy: string): Promise<ArtifactDraft> {
  const { digest, manifest } = input;
  await copyFile(input.path(tableFile), copy);
  const joined = joinedViewsOf(manifest.meta);
  return {
    type: 'table',
    files: { [tableFile]: copy },
    contentDigest: digest,
    ...(manifest.schema === undefined ? {} : { schema: manifest.schema }),
    ...(manifest.rowCount === undefined ? {} : { rowCount: manifest.rowCount }),
    ...(joined.length === 0 ? {} : { meta: { joined } }),
  };
}

function driftSentence(moved: readonly string[], all: number): string {
  if (moved.length === 0) return 'Rows as a whole differ from the reference, though no single column does.';
  const named = moved.slice(0, namedColumns).join(', ');
  const more = moved.length > namedColumns ? ` and ${moved.length - namedColumns} more` : '';
  return `${moved.length} of ${all} columns differ from the reference: ${named}${more}.`;
}
