import { statSync } from 'node:fs';
import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { z } from 'zod';
import { parquetRelation, withDuckDb } from '../../main/compute/duckdb/connection.ts';
import { quotePath } from '../../main/compute/duckdb/quote.ts';
import type { ArtifactManifest } from '../../shared/artifact/manifest.ts';
import type { Lineage } from '../../shared/graph/port-types.ts';
import type { NodeDefinition } from '../../shared/node/define-node.ts';
import type { ArtifactDraft, InputArtifact, Runner, StepContext } from '../../shared/node/runner.ts';
import { removeFolder } from './remove-folder.ts';

/** Runs steps one after another outside the engine: what one gives, the next takes. */
export class StepChain implements AsyncDisposable {
  /** Messages of all steps so far, `level: text`. */
  readonly logs: string[] = [];
  readonly #folder: string;
  readonly #artifacts = new Map<string, InputArtifact>();
  #next = 1;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async create(): Promise<StepChain> {
    return new StepChain(await mkdtemp(join(tmpdir(), 'step-chain-')));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await removeFolder(this.#folder);
  }

  /** The result of a query as a table artifact. */
  async table(query: string, lineage?: Lineage): Promise<InputArtifact> {
    const path = join(this.#folder, `${this.#next}.parquet`);
    const { columns, rowCount } = await withDuckDb({}, async (db) => {
      await db.run(`COPY (${query}) TO ${quotePath(path)} (FORMAT parquet)`);
      const [row] = await db.rows(`SELECT CAST(count(*) AS DOUBLE) AS n FROM ${parquetRelation(path)}`);
      // Of the query: Parquet has no lists of fixed size.
      return { columns: await db.columnsOf(query), rowCount: Number(row?.['n']) };
    });
    const files = { 'data.parquet': path };
    return this.#add({ type: 'table', files, schema: { columns }, rowCount, ...(lineage && { lineage }) });
  }

  /** Runs a kind with params as a graph has them and gives its outputs by port. */
  async run<P extends z.ZodObject>(
    definition: NodeDefinition<string, P>,
    runner: Runner<z.output<P>>,
    params: z.input<P>,
    inputs: Record<string, InputArtifact[]>,
    more: Partial<StepContext> = {},
  ): Promise<Record<string, InputArtifact>> {
    const workDir = join(this.#folder, `work-${this.#next++}`);
    await mkdir(workDir);
    const outputs = await runner.run({
      inputs,
      graph: { id: 'test-graph', name: 'Test' },
      nodeId: 'step',
      open: async (digest) => this.#artifacts.get(digest),
      workDir,
      signal: new AbortController().signal,
      threads: 1,
      gpus: 0,
      memoryBytes: 2 ** 29,
      baseDir: this.#folder,
      source: '',
      streamsDir: join(this.#folder, 'streams'),
      resumeDir: join(workDir, 'resume'),
      device: 'cpu',
      secret: (name) => `value of ${name}`,
      log: (level, text) => this.logs.push(`${level}: ${text}`),
      progress: () => undefined,
      partial: () => undefined,
      ...more,
      params: definition.params.parse(params),
    });
    return Object.fromEntries(Object.entries(outputs).map(([port, draft]) => [port, this.#add(draft)]));
  }

  #add(draft: ArtifactDraft): InputArtifact {
    const digest = String(this.#next++).padStart(64, '0');
    const { type, files, meta, schema, rowCount, lineage } = draft;
    const manifest: ArtifactManifest = {
      digest,
      type,
      files: Object.entries(files).map(([name, path]) => ({ name, sha256: digest, sizeBytes: sizeOf(path) })),
      meta: meta ?? {},
      producer: { kind: 'test', version: 1, key: '' },
      inputs: {},
      ...(schema && { schema }),
      ...(rowCount !== undefined && { rowCount }),
      ...(lineage && { lineage }),
    };
    const artifact: InputArtifact = { digest, type, manifest, path: (file) => files[file] as string };
    this.#artifacts.set(digest, artifact);
    return artifact;
  }
}

/** A folder of files counts as nothing, as no test asks for the size of one. */
function sizeOf(path: string): number {
  const found = statSync(path);
  return found.isFile() ? found.size : 0;
}
