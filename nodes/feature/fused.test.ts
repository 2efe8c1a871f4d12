import { BIGINT, DOUBLE, DuckDBTimestampValue, TIMESTAMP, VARCHAR } from '@duckdb/node-api';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { appendModel } from '../../main/compute/onnx/append-model.ts';
import { encodeRows } from '../../main/compute/onnx/encode-rows.ts';
import { mergePipelines, readPipeline } from '../../main/compute/onnx/merge-pipelines.ts';
import { openSession } from '../../main/compute/onnx/session.ts';
import { FeatureSteps, featuresOfRows, featuresOfTable } from '../../test/support/feature-steps.ts';
import { runner as datetime } from './datetime/run.ts';
import { encodeNode } from './encode/definition.ts';
import { runner as encode } from './encode/run.ts';
import { imputeNode } from './impute/definition.ts';
import { runner as impute } from './impute/run.ts';
import { runner as scale } from './scale/run.ts';

let steps: FeatureSteps;
beforeAll(async () => {
  steps = await FeatureSteps.create();
});
afterAll(() => steps[Symbol.asyncDispose]());

const row = fc.record({
  delay: fc.oneof(fc.constantFrom(null, Number.NaN, Number.POSITIVE_INFINITY, 1e300), fc.double({ noNaN: true })),
  stops: fc.oneof(fc.constant(null), fc.integer({ min: 0, max: 3 })),
  origin: fc.constantFrom(null, '', 'SFO', 'JFK', 'Zürich'),
  // Whole milliseconds, as JSON rows carry them.
  date: fc.oneof(fc.constant(null), fc.integer({ min: -2_208_988_800_000, max: 4_133_894_400_000 })),
});

describe('feature steps in parallel and in a chain', () => {
  it('give in the fused model, bit for bit, what they gave for training', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 3, maxLength: 25 }), async (rows) => {
        fc.pre(rows.some(({ delay }) => delay !== null && Number.isFinite(Math.fround(delay))));
        fc.pre(rows.some(({ stops }) => stops !== null) && rows.some(({ origin }) => origin !== null));
        const table = await steps.table([
          { name: 'delay', type: DOUBLE, values: rows.map(({ delay }) => delay) },
          { name: 'stops', type: BIGINT, values: rows.map(({ stops }) => (stops === null ? null : BigInt(stops))) },
          { name: 'origin', type: VARCHAR, values: rows.map(({ origin }) => origin) },
          {
            name: 'date',
            type: TIMESTAMP,
            values: rows.map(({ date }) => (date === null ? null : new DuckDBTimestampValue(BigInt(date) * 1000n))),
          },
        ]);
        const filled = await steps.fit(impute, imputeNode.params.parse({ columns: ['delay', 'stops'] }), table);
        const chained = await steps.fit(scale, { columns: ['delay'], method: 'robust' }, filled);
        const calendar = await steps.fit(
          datetime,
          { columns: ['date'], parts: ['hour', 'dayofyear'], cyclic: true, holidays: [], timeZone: 'UTC' },
          table,
        );
        const airports = await steps.fit(
          encode,
          encodeNode.params.parse({ columns: ['origin'], method: 'one-hot' }),
          table,
        );
        const features = [chained, calendar, airports];
        const training = await featuresOfTable(features, table);

        const pipeline = mergePipelines(await Promise.all(features.map(readPipeline)));
        expect(pipeline.inputs.map(({ name }) => name)).toEqual(['delay', 'stops', 'date', 'origin']);
        const classes = Array.from({ length: pipeline.width }, (_, index) => `c${index}`);
        // A model that hands its features out as scores.
        const fused = await appendModel({
          pipeline,
          classification: { classes, labelType: 'string' },
          build: (_builder, matrix) => matrix,
        });
        const session = await openSession(fused.bytes, { threads: 1 });
        const columns = Object.values(training).flat();
        const whole = await session.run(encodeRows(rows, fused.inputs));
        rows.forEach((_, at) => {
          const width = pipeline.width;
          const scores = whole['probabilities']?.data.slice(at * width, (at + 1) * width) as Float32Array;
          expect(Array.from(scores)).toEqual(columns.map((column) => column[at]));
        });
        const single = await session.run(encodeRows(rows.slice(1, 2), fused.inputs));
        expect(Array.from(single['probabilities']?.data as Float32Array)).toEqual(columns.map((column) => column[1]));
        await session.release();

        // The steps of a chain, taken apart: scaling alone over features that are filled already.
        const before = await featuresOfRows([filled], rows, rows.length);
        const after = await featuresOfRows([chained], rows, rows.length);
        expect(after['stops']).toEqual(before['stops']);
      }),
      { seed: 4, numRuns: 15 },
    );
  });
});
