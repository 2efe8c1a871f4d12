import { readFile } from 'node:fs/promises';
import { withDuckDb } from '../../../main/compute/duckdb/connection.ts';
import { stepDuckDbOptions } from '../../../main/compute/duckdb/step-options.ts';
import { tableFile, writeTable } from '../../../main/compute/duckdb/write-table.ts';
import { openScoringSession } from '../../../main/compute/scoring/scoring-session.ts';
import { scoreTable } from '../../../main/compute/scoring/score-table.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import { modelManifestSchema } from '../../../shared/model/signature.ts';
import { type InputArtifact, implementNode } from '../../../shared/node/runner.ts';
import { batchNode } from './definition.ts';

export const runner = implementNode(batchNode, {
  async run(ctx) {
    const model = required(ctx.inputs['model']?.[0], 'model');
    const table = required(ctx.inputs['table']?.[0], 'table');
    const manifest = modelManifestSchema.parse(JSON.parse(await readFile(model.path('model.json'), 'utf8')));
    const session = await openScoringSession(
      { manifest, path: (file) => model.path(file) },
      { threads: ctx.params.threads, label: 'the model' },
    );
    try {
      return await withDuckDb(stepDuckDbOptions(ctx), async (db) => {
        const query = await scoreTable({
          db,
          session,
          manifest,
          tablePath: table.path(tableFile),
          columns: table.manifest.schema?.columns.map(({ name }) => name) ?? [],
          keep: ctx.params.keep,
          name: ctx.params.name,
          probabilities: ctx.params.probabilities,
          signal: ctx.signal,
          onProgress(done) {
            ctx.progress({ done, total: table.manifest.rowCount ?? done, unit: 'rows' });
          },
        });
        const { lineage } = table.manifest;
        return {
          table: await writeTable(db, query, { workDir: ctx.workDir, ...(lineage === undefined ? {} : { lineage }) }),
        };
      });
    } finally {
      await session.release();
    }
  },
});

function required(artifact: InputArtifact | undefined, port: string): InputArtifact {
  if (artifact === undefined) throw new AppError('internal.bug', `Input “${port}” of the scoring is not connected.`);
  return artifact;
}
