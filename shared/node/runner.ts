import type { z } from 'zod';
import type { ArtifactManifest, ArtifactType } from '../artifact/manifest.ts';
import type { Progress } from '../events/run-events.ts';
import type { ServiceArtifact } from '../features/feature-service.ts';
import type { Lineage } from '../graph/port-types.ts';
import type { TableSchema } from '../table/schema.ts';
import type { InferResult, NodeDefinition, PortShape } from './define-node.ts';

/** A readable input artifact. */
export interface InputArtifact {
  readonly digest: string;
  readonly type: ArtifactType;
  readonly manifest: ArtifactManifest;
  /** Absolute path of one of its files. */
  path(file: string): string;
}

/** What a step hands over for one output port: files it wrote under `ctx.workDir`. */
export interface ArtifactDraft {
  type: ArtifactType;
  /** File name in the artifact → absolute path. The store moves the files. */
  files: Record<string, string>;
  meta?: Record<string, unknown>;
  schema?: TableSchema;
  rowCount?: number;
  lineage?: Lineage;
  /** Tables: the digest of the logical content (`tableDigest` in main/compute/duckdb). */
  contentDigest?: string;
}

/** Results of single parts of a step (trials, folds), by number from 0, which other machines may have computed. */
export interface StepItems {
  /** This attempt computes only items whose number leaves `index` when divided by `count`, and gives no output. */
  readonly share?: { readonly index: number; readonly count: number };
  /** Undefined when nobody has computed it. */
  get(number: number): Promise<unknown>;
  /** Keeps a result; `value` is JSON. */
  put(number: number, value: unknown): Promise<void>;
}

export interface StepContext<P = Record<string, unknown>> {
  readonly params: P;
  /** By input port; an unconnected optional port is an empty list, a `many` port keeps edge order. */
  readonly inputs: Readonly<Record<string, readonly InputArtifact[]>>;
  /** The graph the step belongs to, for names and messages. */
  readonly graph: { id: string; name: string };
  readonly nodeId: string;
  /** Artifacts reachable from an input by digest (a model's training table); undefined when not in the store. */
  open(digest: string): Promise<InputArtifact | undefined>;
  /** Empty folder for this attempt, removed afterwards. */
  readonly workDir: string;
  readonly signal: AbortSignal;
  readonly threads: number;
  /** Graphics processors that the step has to itself. */
  readonly gpus: number;
  readonly memoryBytes: number;
  /** Folder that relative paths in params start from (that of the graph file). */
  readonly baseDir: string;
  /** What the probe of this kind said when the key was computed; empty without a probe. */
  readonly source: string;
  /** Folder with the durable logs of streams. */
  readonly streamsDir: string;
  /** Durable folder of this version of the kind: what a step that was stopped goes on from. */
  readonly resumeDir: string;
  /** Absent where results of items are not kept: the step computes all of them. */
  readonly items?: StepItems;
  /** Where the node asks its maths to run: `auto`, or an execution provider. */
  readonly device: string;
  /** Value of a secret that a param names. Errors: `environment.missing`. Never write it anywhere. */
  secret(name: string): string;
  log(level: 'debug' | 'info' | 'warn' | 'error', text: string): void;
  progress(progress: Progress): void;
  /** Partial output while running, e.g. `{curve: {metric, train, valid}}`. */
  partial(value: Record<string, unknown>): void;
}

/** A version of a feature service as a graph of this data directory made it last. */
export interface FoundService {
  service: ServiceArtifact;
  /** The artifact that lists it. */
  digest: string;
  /** Columns of the rows of each view by its name. */
  schemas: Readonly<Record<string, TableSchema>>;
}

/** Finds a version of a service by `NAME`, the newest, or `NAME@VERSION`. Errors: `features.not-found`, `artifact.not-found`. */
type FindFeatureService = (reference: string) => Promise<FoundService>;

export interface DescribeContext<P = Record<string, unknown>> {
  readonly params: P;
  readonly inputs: Readonly<Record<string, readonly PortShape[]>>;
  readonly baseDir: string;
  readonly signal: AbortSignal;
  /** Absent where there are no graphs but this one. */
  readonly featureService?: FindFeatureService;
  /** As in `StepContext`. */
  secret(name: string): string;
}

export interface ProbeContext<P = Record<string, unknown>> {
  readonly params: P;
  readonly baseDir: string;
  /** As in `StepContext`. */
  readonly streamsDir: string;
  readonly signal: AbortSignal;
  /** Absent where there are no graphs but this one. */
  readonly featureService?: FindFeatureService;
  /** As in `StepContext`. */
  secret(name: string): string;
}

export type CatalogContext<P> = Pick<ProbeContext<P>, 'params' | 'baseDir' | 'signal' | 'secret'>;

/** A table or view of a database. */
export interface CatalogTable {
  /** As a query writes it: in quotes where it needs them, perhaps SCHEMA.TABLE. */
  name: string;
  /** Their names as a query writes them, their types as the database calls them. */
  columns: { name: string; type: string }[];
}

/** `run.ts` of a batch kind exports one, as `runner`. It runs in a step worker process, or a pod. */
export interface Runner<P = Record<string, unknown>> {
  run(ctx: StepContext<P>): Promise<Record<string, ArtifactDraft>>;
  /** Output shapes without running: reads headers or asks DuckDB. In place of `infer` where that cannot know. */
  describe?(ctx: DescribeContext<P>): Promise<InferResult>;
  /** Tables that queries of the params may name, of the database they connect to; some of them where there are very many. */
  catalog?(ctx: CatalogContext<P>): Promise<CatalogTable[]>;
  /** Kinds with determinism `external`: a token that changes when what they read changes (content digest of files). */
  probe?(ctx: ProbeContext<P>): Promise<string>;
  /**
   * The step changes what its probe looks at, such as a file it writes. Its result then also stands for the state it
   * leaves behind, so that it does not run again while that state lasts. Each state must have a token of its own: one
   * that comes back (a file that is missing again) would find the result of the last time.
   */
  effect?: true;
}

export function implementNode<K extends string, P extends z.ZodObject>(
  _definition: NodeDefinition<K, P>,
  runner: Runner<z.output<P>>,
): Runner<z.output<P>> {
  return Object.freeze(runner);
}

export type RunnerLoader = () => Promise<{ runner: Runner<never> }>;
