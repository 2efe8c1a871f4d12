import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { principalComponents } from '../../../main/compute/cluster/principal-components.ts';
import {
  columnMoments,
  type Matrix,
  type Standardization,
  standardize,
} from '../../../main/compute/linear/column-moments.ts';
import { computeFeatureRows } from '../../../main/compute/onnx/feature-matrix.ts';
import { attribute, createGraphBuilder } from '../../../main/compute/onnx/graph-builder.ts';
import {
  declareInputs,
  featureTensorName,
  inlinePipeline,
  type MergedPipeline,
} from '../../../main/compute/onnx/merge-pipelines.ts';
import { encodeModel, type ModelProto } from '../../../main/compute/onnx/proto.ts';
import { openSession } from '../../../main/compute/onnx/session.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { FeaturesManifest } from '../../../shared/model/signature.ts';
import { implementNode } from '../../../shared/node/runner.ts';
import { readFeatureTable, writeScoredTable } from '../../lib/unlabelled.ts';
import { componentNames, pcaNode } from './definition.ts';

const mostRows = 50_000;
/** The covariance has as many rows and columns. */
const mostColumns = 4096;

export const runner = implementNode(pcaNode, {
  async run(ctx) {
    const { components, name } = ctx.params;
    const { pipeline, table } = await readFeatureTable(ctx);
    const { width } = pipeline;
    if (width < components || width > mostColumns) {
      throw new AppError('params.invalid', `There are ${width} feature columns for ${components} components.`, {
        fix: width < components ? 'Ask for fewer components.' : `Connect at most ${mostColumns} columns.`,
        details: { field: 'components' },
      });
    }
    const raw = await computeFeatureRows(pipeline, table.path('data.parquet'), {
      threads: ctx.threads,
      signal: ctx.signal,
      onProgress: (done) => ctx.progress({ done, total: table.manifest.rowCount ?? done, unit: 'rows' }),
    });
    const matrix: Matrix = { values: raw.values, rows: raw.rows, width };
    const standardization = columnMoments(matrix, pipeline.features);
    standardize(matrix, standardization);
    const { directions, shares } = principalComponents(everyNth(matrix), components, ctx.signal);
    const kept = shares.reduce((sum, share) => sum + share, 0);
    const list = shares.slice(0, 10).map((share) => `${(100 * share).toFixed(1)} %`);
    ctx.log('info', `${components} components keep ${(100 * kept).toFixed(1)} % of the variance: ${list.join(', ')}.`);
    const names = componentNames(name, components);
    const scored = await writeScoredTable(
      ctx,
      table,
      names.map((column, k) => ({
        name: column,
        kind: 'number' as const,
        values: coordinates(matrix, directions.subarray(k * width, (k + 1) * width)),
        sqlType: 'DOUBLE',
      })),
    );
    const manifest: FeaturesManifest = {
      table: pipeline.table,
      inputs: pipeline.inputs,
      outputs: [
        {
          name,
          width: components,
          sources: [...new Set(pipeline.features.flatMap((feature) => feature.sources))],
          labels: names,
        },
      ],
    };
    const bytes = encodeModel(projection(pipeline, standardization, directions, name));
    const session = await openSession(bytes, { threads: 1, label: 'the feature pipeline' });
    await session.release();
    const files = {
      'pipeline.onnx': join(ctx.workDir, 'pipeline.onnx'),
      'features.json': join(ctx.workDir, 'features.json'),
    };
    await writeFile(files['pipeline.onnx'], bytes);
    await writeFile(files['features.json'], `${JSON.stringify(manifest, null, 2)}\n`);
    const { lineage } = table.manifest;
    return {
      features: {
        type: 'features',
        files,
        meta: { features: 1, width: components, variance: kept },
        ...(lineage === undefined ? {} : { lineage }),
      },
      table: scored.draft,
    };
  },
});

function everyNth({ values, rows, width }: Matrix): Matrix {
  if (rows <= mostRows) return { values, rows, width };
  const taken = new Float32Array(mostRows * width);
  for (let i = 0; i < mostRows; i++) {
    const row = Math.floor((i * rows) / mostRows);
    taken.set(values.subarray(row * width, (row + 1) * width), i * width);
  }
  return { values: taken, rows: mostRows, width };
}

function coordinates({ values, rows, width }: Matrix, direction: Float64Array): Float64Array {
  const along = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (let c = 0; c < width; c++) sum += (values[row * width + c] as number) * (direction[c] as number);
    along[row] = sum;
  }
  return along;
}

/** The features so far, standardised and turned into the components. */
function projection(
  pipeline: MergedPipeline,
  { mean, inverseScale }: Standardization,
  directions: Float64Array,
  name: string,
): ModelProto {
  const builder = createGraphBuilder('features');
  declareInputs(builder, pipeline.inputs);
  const manifest = { table: pipeline.table, inputs: pipeline.inputs, outputs: pipeline.features };
  const values = inlinePipeline(builder, { manifest, model: pipeline.model }, 'before/');
  const parts = pipeline.features.map((feature) => values.get(feature.name) ?? '');
  const [only = ''] = parts;
  const all = parts.length === 1 ? only : builder.node('Concat', parts, { axis: attribute.int(1) });
  const { width } = pipeline;
  const count = directions.length / width;
  const centred = builder.node('Sub', [all, builder.initializer('FP32', mean, [width])]);
  const scaled = builder.node('Mul', [centred, builder.initializer('FP32', inverseScale, [width])]);
  const transposed = Float32Array.from(
    directions,
    (_, i) => directions[(i % count) * width + Math.floor(i / count)] as number,
  );
  const along = builder.node('MatMul', [scaled, builder.initializer('FP32', transposed, [width, count])]);
  builder.output(featureTensorName(name), along, 'FP32', ['N', count]);
  return builder.toModel();
}
