import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openModel } from '../../../main/compute/scoring/open-model.ts';
import { openScoringSession } from '../../../main/compute/scoring/scoring-session.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import { type EvaluationReport, referenceScoresFile } from '../../../shared/model/report.ts';
import { type InputArtifact, implementNode } from '../../../shared/node/runner.ts';
import { readModelManifest } from '../../lib/read-model-manifest.ts';
import { certaintyOf } from './certainty.ts';
import { compareWith } from './comparison.ts';
import { evaluateNode } from './definition.ts';
import { measureFairness } from './fairness.ts';
import { findSlices } from './find-slices.ts';
import { findLeaks } from './leaks.ts';
import { measure } from './measure.ts';
import { measureRanking } from './ranking.ts';
import { checkParity } from './parity.ts';
import { predictTable } from './predictions.ts';
import { writeReferenceScores } from './reference-scores.ts';
import { findsByItself } from '../../lib/unlabelled-kinds.ts';

/**
 * ONNX Runtime shares the trees of a forest among its threads, so the order of a sum, and its last digits, depend on
 * their number. A fixed one gives the same report, and the same registered model, on any machine.
 */
const threads = 2;

export const runner = implementNode(evaluateNode, {
  async run(ctx) {
    const model = required(ctx.inputs['model']?.[0]);
    const table = required(ctx.inputs['table']?.[0]);
    const manifest = await readModelManifest(model);
    const scoring = await openScoringSession(
      { manifest, path: (file) => model.path(file) },
      { threads, label: 'the model' },
    );
    const predictions = await predictTable({
      session: scoring,
      manifest,
      table,
      signal: ctx.signal,
      onProgress(done) {
        ctx.progress({ done, total: table.manifest.rowCount ?? done, unit: 'rows' });
      },
    });
    await scoring.release();
    const measured = measure(manifest, predictions);
    const { warnings } = measured;
    const ranking = await measureRanking(manifest, predictions, table, ctx);
    Object.assign(measured.metrics, ranking.metrics);
    warnings.push(...ranking.warnings);
    if (predictions.unlabelled > 0) {
      warnings.push(`${predictions.unlabelled} rows without a label are left out.`);
    }
    if (predictions.unreached !== undefined) {
      warnings.push(`${predictions.unreached} rows that the forecast does not reach are left out.`);
    }
    const finder = findsByItself(manifest);
    if (finder !== undefined) {
      warnings.push(
        `The model was trained without a label: the figures compare it with what ${finder} wrote. They check serving, and say nothing about quality.`,
      );
    } else if (table.manifest.lineage === 'train') {
      warnings.push('These are training rows: the figures say nothing about new data.');
    }
    const { calibrated } = model.manifest.meta as { calibrated?: { rows: string } };
    if (calibrated?.rows === table.digest) {
      warnings.push('The probabilities were calibrated on these very rows: their figures are a little too good.');
    }
    const session = await openModel({ manifest, path: (file) => model.path(file) }, { threads, label: 'the model' });
    const parity = await checkParity({ session, manifest, model, table, threads, signal: ctx.signal });
    if (!parity.passed) {
      warnings.push(
        `Parity failed: the served model differs from the trained one by ${parity.maxAbsDifference} ` +
          `(tolerance ${parity.tolerance}), with ${parity.labelMismatches} other labels in ${parity.rows} rows.`,
      );
    }
    await session.release();
    const scores = join(ctx.workDir, referenceScoresFile);
    await writeReferenceScores({ manifest, predictions, table, path: scores, signal: ctx.signal });
    const training = await ctx.open(manifest.training.table);
    const leaks =
      finder === undefined
        ? await findLeaks({ manifest, table, training, scoresPath: scores, signal: ctx.signal })
        : [];
    warnings.push(...leaks.map(({ message }) => `Leak: ${message}`));
    const slices = await findSlices(manifest, scores, ctx.signal);
    const column = ctx.params.groupColumn;
    const other = ctx.inputs['other']?.[0];
    const fairness =
      column === ''
        ? {}
        : { fairness: await measureFairness({ manifest, predictions, table, column, signal: ctx.signal }) };
    const comparison =
      other === undefined
        ? {}
        : {
            comparison: await compareWith({
              manifest,
              predictions,
              other,
              otherManifest: await readModelManifest(other),
              table,
              threads,
              signal: ctx.signal,
            }),
          };
    for (const warning of warnings) ctx.log('warn', warning);
    const report: EvaluationReport = {
      task: manifest.task,
      rows: predictions.rows,
      label: manifest.label.column,
      classes: manifest.classes,
      ...measured,
      ...certaintyOf(manifest, predictions, ctx.params),
      slices,
      ...fairness,
      ...comparison,
      importance: manifest.importance,
      parity,
      leaks,
    };
    const path = join(ctx.workDir, 'report.json');
    await writeFile(path, `${JSON.stringify(report)}\n`);
    return {
      report: {
        type: 'report',
        files: { 'report.json': path, [referenceScoresFile]: scores },
        meta: {
          task: report.task,
          rows: report.rows,
          metrics: report.metrics,
          parity,
          leaks: leaks.length,
          model: model.digest,
        },
      },
    };
  },
});

function required(artifact: InputArtifact | undefined): InputArtifact {
  if (artifact === undefined) throw new AppError('internal.bug', 'An input of the evaluation is not connected.');
  return artifact;
}
