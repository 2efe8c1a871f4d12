import type { z } from 'zod';
import type { ServiceShape } from '../features/feature-service.ts';
import type { FeatureView } from '../features/feature-view.ts';
import type { Lineage, PortType } from '../graph/port-types.ts';
import type { FeatureColumn } from '../model/signature.ts';
import type { TableSchema } from '../table/schema.ts';

export const stages = ['data', 'feature', 'train', 'serve', 'monitor'] as const;
export type Stage = (typeof stages)[number];

export interface InputPort {
  /** Types this port takes; the first is the preferred one. */
  types: readonly [PortType, ...PortType[]];
  optional?: boolean;
  /** Takes any number of edges; the runner gets a list in edge order. */
  many?: boolean;
  /** A fit port learns from the rows it gets and refuses held-out rows. */
  fits?: boolean;
  doc: string;
}

export interface OutputPort {
  type: PortType;
  /** Which rows come out; omitted: those of the first input. */
  lineage?: Lineage;
  doc: string;
}

export interface Ports {
  inputs: Readonly<Record<string, InputPort>>;
  outputs: Readonly<Record<string, OutputPort>>;
}

/** What is known of an edge before anything has run. */
export type PortShape =
  | {
      type: 'table';
      schema: TableSchema;
      lineage?: Lineage;
      /** The rows are those of a feature view. */
      view?: FeatureView;
      /** The rows list the features of a service. */
      service?: ServiceShape;
    }
  | { type: 'features'; columns: FeatureColumn[]; table: TableSchema; lineage?: Lineage }
  | {
      type: 'model';
      /** Columns of the table it learns from. */
      table?: TableSchema;
    }
  | { type: 'report' | 'image' | 'stream' };

export interface InferResult {
  outputs: Record<string, PortShape>;
  problems: { field?: string; message: string; fix?: string; severity?: 'error' | 'warning' }[];
}

/** Size of the inputs, as far as known, to estimate a step before it ran. */
export interface InputStats {
  rows: number | undefined;
  columns: number | undefined;
  bytes: number | undefined;
}

export interface ResourceEstimate {
  cpu: number;
  memoryBytes: number;
  seconds?: number;
}

export interface DeployHints {
  /** What the node becomes on a cluster. */
  workload: 'job' | 'deployment' | 'cronjob' | 'none';
}

export interface NodeExample {
  name: string;
  params: Record<string, unknown>;
  note: string;
}

/**
 * Functions of a kind's params are written as methods, which are compared bivariantly: a kind with its own params type
 * must be assignable to `NodeDefinition`, whose params were parsed by that same kind's schema.
 */
type PortsOfParams<P> = { ports(params: P): Ports }['ports'];
type ParamsRule<P> = { rule(params: P): boolean }['rule'];

/**
 * One node kind: pure, JSON-describable data. Palette, form, validation, documentation, JSON schema and export are
 * functions of it; the work is in `run.ts` / `open.ts` of the same folder.
 */
export interface NodeDefinition<K extends string = string, P extends z.ZodObject = z.ZodObject> {
  /** `<stage>.<kebab-name>`, never reused for something else. */
  kind: K;
  /** 1 + number of migrations. */
  version: number;
  stage: Stage;
  title: string;
  /** One sentence for palette and help. */
  summary: string;
  keywords: readonly string[];
  /** Every field has `.describe()`, a default where sensible, and `.meta(paramMeta)` for its form control. */
  params: P;
  /** Fixed ports, or a pure total function of the params (invalid params give the ports of the defaults). */
  ports: Ports | PortsOfParams<z.output<P>>;
  /** Output shapes and problems from input shapes; pure. Kinds that need the engine (files, SQL) have `describe` in run.ts instead. */
  infer?(inputs: Record<string, PortShape[]>, params: z.output<P>): InferResult;
  /**
   * `pure`: same inputs, same digest on any machine. `seeded`: the same, given the seed parameter. `numeric`: equal
   * within tolerance (ONNX training graphs, GPU). `external`: reads something outside; its probe enters the key.
   */
  determinism: 'pure' | 'seeded' | 'numeric' | 'external';
  /**
   * Its maths runs on the device that the node asks for, always or with these params. `named`: on one that it names only;
   * with `auto` on the processor, as what it is connected to may not use a device.
   */
  usesDevice?: true | 'named' | ParamsRule<z.output<P>>;
  resources?(params: z.output<P>, stats: InputStats): ResourceEstimate;
  /**
   * How many parts of the work (trials, folds) do not need each other, so that other machines may do them beforehand. The
   * runner does item `n` through `ctx.items`. Undefined or less than 2: none.
   */
  fanOut?(params: z.output<P>): number | undefined;
  deploy: DeployHints;
  /** Feature and train kinds: lowered to ONNX, or why not. */
  lowering?: { onnx: true } | { onnx: false; why: string };
  /** Entry n turns the params of version n + 1 into those of version n + 2; pure JSON. */
  migrations: readonly ((params: Record<string, unknown>) => Record<string, unknown>)[];
  examples: readonly [NodeExample, ...NodeExample[]];
  /** Markdown shown on the Help tab. */
  help: string;
}

export function defineNode<const K extends string, P extends z.ZodObject>(
  definition: NodeDefinition<K, P>,
): Readonly<NodeDefinition<K, P>> {
  return Object.freeze(definition);
}

/** Whether the maths of a node runs on the device it asks for; false where its params do not parse. */
export function runsOnDevice({ usesDevice, params: schema }: NodeDefinition, params: unknown): boolean {
  if (typeof usesDevice !== 'function') return usesDevice !== undefined;
  const parsed = schema.safeParse(params);
  return parsed.success && usesDevice(parsed.data);
}

/** Ports of a node; never throws: params that do not parse give the ports of the defaults, or none. */
export function portsOf(definition: NodeDefinition, params: unknown): Ports {
  if (typeof definition.ports !== 'function') return definition.ports;
  const parsed = definition.params.safeParse(params);
  if (parsed.success) return definition.ports(parsed.data);
  const defaults = definition.params.safeParse({});
  return defaults.success ? definition.ports(defaults.data) : { inputs: {}, outputs: {} };
}
