import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBDataChunk, type DuckDBType, type DuckDBValue } from '@duckdb/node-api';
import { withDuckDb } from '../../main/compute/duckdb/connection.ts';
import { quoteIdentifier, quotePath } from '../../main/compute/duckdb/quote.ts';
import { encodeRows } from '../../main/compute/onnx/encode-rows.ts';
import { replaceOutOfFold } from '../../nodes/lib/training-data.ts';
import { computeFeatureColumns } from '../../main/compute/onnx/feature-matrix.ts';
import {
  featureTensorName,
  type MergedPipeline,
  mergePipelines,
  readPipeline,
} from '../../main/compute/onnx/merge-pipelines.ts';
import { encodeModel } from '../../main/compute/onnx/proto.ts';
import { openSession } from '../../main/compute/onnx/session.ts';
import type { ArtifactManifest } from '../../shared/artifact/manifest.ts';
import type { Lineage } from '../../shared/graph/port-types.ts';
import type { ArtifactDraft, InputArtifact, Runner } from '../../shared/node/runner.ts';
import { removeFolder } from './remove-folder.ts';

/** Values of one column; `null` is NULL. */
export interface TestColumn {
  name: string;
  type: DuckDBType;
  values: readonly DuckDBValue[];
}

/** Runs feature kinds outside the engine, over tables in a temporary folder. */
export class FeatureSteps implements AsyncDisposable {
  readonly #folder: string;
  readonly #artifacts = new Map<string, InputArtifact>();
  #next = 0;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async create(): Promise<FeatureSteps> {
    return new FeatureSteps(await mkdtemp(join(tmpdir(), 'feature-steps-')));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await removeFolder(this.#folder);
  }

  async table(columns: readonly TestColumn[], lineage?: Lineage): Promise<InputArtifact> {
    const path = join(this.#folder, `${this.#next}.parquet`);
    const schema = await withDuckDb({}, async (db) => {
      const definitions = columns.map(({ name, type }) => `${quoteIdentifier(name)} ${String(type)}`);
      await db.run(`CREATE TABLE t (${definitions.join(', ')})`);
      const rows = columns[0]?.values.length ?? 0;
      if (rows > 0) {
        const chunk = DuckDBDataChunk.create(
          columns.map(({ type }) => type),
          rows,
        );
        columns.forEach(({ values }, index) => {
          chunk.setColumnValues(index, values);
        });
        const appender = await db.appender('t');
        appender.appendDataChunk(chunk);
        appender.closeSync();
      }
      await db.run(`COPY t TO ${quotePath(path)} (FORMAT parquet)`);
      return { columns: await db.columnsOf('SELECT * FROM t') };
    });
    const rowCount = columns[0]?.values.length ?? 0;
    return this.#add(
      'table',
      { 'data.parquet': path },
      { schema, rowCount, ...(lineage === undefined ? {} : { lineage }) },
    );
  }

  /** Runs a feature kind over a table or features and gives its artifact. */
  async fit<P>(runner: Runner<P>, params: P, input: InputArtifact): Promise<InputArtifact> {
    const workDir = join(this.#folder, `work-${this.#next++}`);
    await mkdir(workDir);
    const outputs = await runner.run({
      params,
      // The one input of a step is called either.
      inputs: { input: [input], features: [input] },
      graph: { id: 'test', name: 'Test' },
      nodeId: 'step',
      open: (digest) => this.open(digest),
      workDir,
      signal: new AbortController().signal,
      threads: 2,
      gpus: 0,
      memoryBytes: 2 ** 29,
      baseDir: this.#folder,
      source: '',
      streamsDir: join(this.#folder, 'streams'),
      resumeDir: join(this.#folder, 'resume'),
      device: 'cpu',
      secret: (name) => `value of ${name}`,
      log: () => undefined,
      progress: () => undefined,
      partial: () => undefined,
    });
    const draft = outputs['features'] as ArtifactDraft;
    return this.#add('features', draft.files, draft.lineage === undefined ? {} : { lineage: draft.lineage });
  }

  async open(digest: string): Promise<InputArtifact | undefined> {
    return this.#artifacts.get(digest);
  }

  #add(type: 'table' | 'features', files: Record<string, string>, more: Partial<ArtifactManifest>): InputArtifact {
    const digest = String(this.#next++).padStart(64, '0');
    const manifest: ArtifactManifest = {
      digest,
      type,
      files: [],
      meta: {},
      producer: { kind: 'test', version: 1, key: '' },
      inputs: {},
      ...more,
    };
    const artifact: InputArtifact = { digest, type, manifest, path: (file) => files[file] as string };
    this.#artifacts.set(digest, artifact);
    return artifact;
  }
}

/** Features of a table, by name, one list of `width` columns each. */
export async function featuresOfTable(
  features: readonly InputArtifact[],
  table: InputArtifact,
): Promise<Record<string, number[][]>> {
  const pipeline = mergePipelines(await Promise.all(features.map(readPipeline)));
  const matrix = await computeFeatureColumns(pipeline, table.path('data.parquet'), { threads: 1, chunkRows: 7 });
  let next = 0;
  return Object.fromEntries(
    pipeline.features.map(({ name, width }) => [
      name,
      Array.from({ length: width }, () => Array.from(matrix.columns[next++] as Float32Array)),
    ]),
  );
}

/** Features of JSON rows through the request encoder, `batchRows` at a time. */
export async function featuresOfRows(
  features: readonly InputArtifact[],
  rows: readonly Record<string, unknown>[],
  batchRows: number,
): Promise<Record<string, number[][]>> {
  const pipeline = mergePipelines(await Promise.all(features.map(readPipeline)));
  const session = await openSession(encodeModel(pipeline.model), { threads: 1 });
  const result: Record<string, number[][]> = Object.fromEntries(
    pipeline.features.map(({ name, width }) => [name, Array.from({ length: width }, () => [])]),
  );
  for (let from = 0; from < rows.length; from += batchRows) {
    const outputs = await session.run(encodeRows(rows.slice(from, from + batchRows), pipeline.inputs));
    for (const { name, width } of pipeline.features) {
      const values = outputs[featureTensorName(name)]?.data as Float32Array;
      values.forEach((value, index) => {
        result[name]?.[index % width]?.push(value);
      });
    }
  }
  await session.release();
  return result;
}

/** The columns that a trainer on column `y` takes of the features of its table. */
export async function trainingFeatures(
  features: readonly InputArtifact[],
  table: InputArtifact,
): Promise<readonly number[][]> {
  const rows = table.manifest.rowCount ?? 0;
  const { columns } = await replacedColumns(mergePipelines(await Promise.all(features.map(readPipeline))), table, rows);
  return columns.map((column) => Array.from(column));
}

async function replacedColumns(pipeline: MergedPipeline, table: InputArtifact, rows: number) {
  const all = await computeFeatureColumns(pipeline, table.path('data.parquet'), { threads: 1 });
  await replaceOutOfFold(pipeline, rows, (place, values) => all.columns[place]?.set(values));
  return all;
}
