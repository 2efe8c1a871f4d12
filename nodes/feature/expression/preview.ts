import { encodeModel } from '../../../main/compute/onnx/proto.ts';
import { featureTensorName } from '../../../main/compute/onnx/merge-pipelines.ts';
import { runBatches } from '../../../main/compute/onnx/run-batches.ts';
import { openSession } from '../../../main/compute/onnx/session.ts';
import { MISSING_STRING } from '../../../shared/model/signature.ts';
import type { StepContext } from '../../../shared/node/runner.ts';
import { lowerCombiningStep } from '../../lib/feature-step.ts';
import { expressionStep } from './run.ts';

/** Values of one feature, or of the formula; `null` is missing. */
export interface PreviewedValues {
  name: string;
  isText: boolean;
  values: (number | string | null)[];
}

/**
 * What a formula gives for the first rows of its input, by the graph that the step would write, and the features that it
 * names; `table` is the training rows behind the input, `columns` those of its columns that the formula names. Errors: those
 * of the step, `data.unreadable`, `run.cancelled`.
 */
export async function previewExpression(
  ctx: Pick<StepContext<unknown>, 'inputs' | 'open' | 'signal'>,
  formula: string,
  rows: number,
) {
  const name = 'the value';
  const step = expressionStep({ features: [{ name, expression: formula }] });
  const { model, manifest, table, sources } = await lowerCombiningStep(ctx, step);
  const named = new Set(sources.flatMap((source) => (source.kind === 'feature' ? [source.name] : [])));
  const shown = manifest.outputs.filter((feature) => feature.name === name || named.has(feature.name));
  const made = shown.map((feature): PreviewedValues => {
    return { name: feature.name, isText: feature.text === true, values: [] };
  });
  const session = await openSession(encodeModel(model), { threads: 1, label: 'the formula' });
  try {
    const outputs = shown.map((feature) => featureTensorName(feature.name));
    const { inputs } = manifest;
    const batches = runBatches(session, table.path('data.parquet'), {
      inputs,
      outputs,
      limit: rows,
      signal: ctx.signal,
    });
    for await (const batch of batches) {
      made.forEach(({ values }, at) => {
        const data = batch.outputs[outputs[at] ?? '']?.data as Float32Array | string[];
        for (const value of data) {
          values.push(value === MISSING_STRING || (typeof value === 'number' && Number.isNaN(value)) ? null : value);
        }
      });
    }
  } finally {
    await session.release();
  }
  const value = made.find((feature) => feature.name === name) as PreviewedValues;
  return {
    value,
    features: made.filter((feature) => feature !== value),
    table,
    columns: sources.flatMap((source) => (source.kind === 'feature' ? [] : [source.column])),
  };
}
