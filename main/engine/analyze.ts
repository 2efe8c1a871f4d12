import { AppError, toAppError } from '../../shared/errors/app-error.ts';
import type { Diagnostic } from '../../shared/graph/diagnostic.ts';
import type { GraphDocument } from '../../shared/graph/document.ts';
import { type ExpandedGraph, expandGroups } from '../../shared/graph/expand-groups.ts';
import { createLineageReader, type EdgeEnd, type IndexedNode, indexGraph } from '../../shared/graph/graph-index.ts';
import { parsePortRef } from '../../shared/graph/ids.ts';
import { pointer } from '../../shared/graph/json-pointer.ts';
import type { Lineage } from '../../shared/graph/port-types.ts';
import type { InferResult, PortShape } from '../../shared/node/define-node.ts';
import type { DescribeContext } from '../../shared/node/runner.ts';
import { canonicalJson } from '../../shared/plan/canonical-json.ts';
import { topologicalOrder } from '../../shared/plan/create-plan.ts';
import { describeApart, type Described, isDescribedApart } from './describe-apart.ts';
import { describeStep } from './describe-step.ts';
import { type Kinds, loadRunner } from './kinds.ts';
import type { WorkerPool } from './worker-pool.ts';

export interface GraphShapes {
  diagnostics: Diagnostic[];
  /** node → input port → shapes of what is connected; nodes inside groups by step id, and group nodes too. */
  inputs: Record<string, Record<string, PortShape[]>>;
  outputs: Record<string, Record<string, PortShape>>;
}

const maxCached = 500;
/** What describes an external source may change at any time; this only spares repeats within one burst of edits. */
const externalTtlMs = 1000;
const gaveUpTtlMs = 60_000;

/** Infers the shape of every port, in topological order. What cannot be known is left out; problems are diagnostics. */
export interface GraphAnalyzer {
  shapes(
    document: GraphDocument,
    baseDir: string,
    signal: AbortSignal,
    unseen?: ReadonlySet<string>,
  ): Promise<GraphShapes>;
}

export function createGraphAnalyzer(
  kinds: Kinds,
  featureService: NonNullable<DescribeContext['featureService']>,
  workers: Pick<WorkerPool, 'describe'>,
): GraphAnalyzer {
  const cache = new Map<string, { result: InferResult; untilMs: number }>();

  const infer = async (
    node: IndexedNode,
    params: Record<string, unknown>,
    inputs: Record<string, PortShape[]>,
    baseDir: string,
    signal: AbortSignal,
  ): Promise<InferResult | undefined> => {
    const definition = node.definition;
    if (definition === undefined) return undefined;
    if (definition.infer !== undefined) return definition.infer(inputs, params);
    const runner = await loadRunner(kinds, definition.kind);
    if (runner?.describe === undefined) return undefined;
    const key = canonicalJson([definition.kind, params, inputs as unknown, baseDir]);
    const known = cache.get(key);
    if (known !== undefined && known.untilMs > Date.now()) return known.result;
    const description = { kind: definition.kind, params, inputs, baseDir };
    const { result, gaveUp }: Described = isDescribedApart(description)
      ? await describeApart(workers, description, signal)
      : { result: await describeStep(runner, description, { signal, featureService }), gaveUp: false };
    const ttl = definition.determinism === 'external' ? externalTtlMs : Number.POSITIVE_INFINITY;
    cache.delete(key);
    cache.set(key, { result, untilMs: Date.now() + (gaveUp ? gaveUpTtlMs : ttl) });
    for (const oldest of cache.keys()) {
      if (cache.size <= maxCached) break;
      cache.delete(oldest);
    }
    return result;
  };

  return {
    shapes: async (document, baseDir, signal, unseen) => {
      const expanded = expandGroups(document, kinds.definitionOf);
      const index = indexGraph(expanded.document, kinds.definitionOf);
      const lineageOf = createLineageReader(index);
      const result: GraphShapes = { diagnostics: [], inputs: {}, outputs: {} };
      for (const id of topologicalOrder(index)) {
        const node = index.nodes.get(id);
        if (node?.definition === undefined) continue;
        if (unseen?.has(id) === true) {
          result.diagnostics.push({ ...thrownProblem(id, notLookedAt(id)), severity: 'warning' });
          continue;
        }
        const inputs: Record<string, PortShape[]> = {};
        let complete = true;
        for (const [port, input] of Object.entries(node.ports.inputs)) {
          const edges = index.incoming(id).filter((edge) => edge.to.port === port);
          const shapes = edges.map((edge) => result.outputs[edge.from.node]?.[edge.from.port]);
          inputs[port] = shapes.filter((shape) => shape !== undefined);
          if (inputs[port].length < edges.length || (edges.length === 0 && input.optional !== true)) complete = false;
        }
        result.inputs[id] = inputs;
        const parsed = node.definition.params.safeParse(node.params);
        if (!parsed.success || !complete) continue;
        try {
          const inferred = await infer(node, parsed.data, inputs, baseDir, signal);
          result.outputs[id] = withLineage(id, { ...fixedShapes(node), ...inferred?.outputs }, lineageOf);
          for (const problem of inferred?.problems ?? []) {
            result.diagnostics.push({
              path: pointer('nodes', id, 'params', ...(problem.field === undefined ? [] : [problem.field])),
              node: id,
              ...(problem.field === undefined ? {} : { field: problem.field }),
              code: 'node.problem',
              severity: problem.severity ?? 'error',
              message: problem.message,
              ...(problem.fix === undefined ? {} : { fix: problem.fix }),
            });
          }
        } catch (error) {
          signal.throwIfAborted();
          result.diagnostics.push(thrownProblem(id, error));
        }
      }
      addGroupShapes(result, expanded, document);
      return result;
    },
  };
}

/** The ports of group nodes of the graph, with the shapes of the ports inside that they stand for. */
function addGroupShapes(result: GraphShapes, expanded: ExpandedGraph, document: GraphDocument): void {
  for (const [id, outputs] of expanded.groupOutputs) {
    result.outputs[id] = {};
    for (const [port, ref] of outputs) {
      const end = parsePortRef(ref);
      const shape = end === undefined ? undefined : result.outputs[end.node]?.[end.port];
      if (shape !== undefined) result.outputs[id][port] = shape;
    }
  }
  for (const { from, to } of document.edges) {
    const source = parsePortRef(from);
    const target = parsePortRef(to);
    if (source === undefined || target === undefined || !expanded.groupOutputs.has(target.node)) continue;
    const shape = result.outputs[source.node]?.[source.port];
    const ports = (result.inputs[target.node] ??= {});
    if (shape !== undefined) (ports[target.port] ??= []).push(shape);
  }
}

/** Which rows an output stands for follows from the graph. */
function withLineage(
  id: string,
  shapes: Record<string, PortShape>,
  lineageOf: (from: EdgeEnd) => Lineage | undefined,
): Record<string, PortShape> {
  return Object.fromEntries(
    Object.entries(shapes).map(([port, shape]) => {
      const lineage = lineageOf({ node: id, port });
      const carries = lineage !== undefined && (shape.type === 'table' || shape.type === 'features');
      return [port, carries ? { ...shape, lineage } : shape];
    }),
  );
}

/** Shapes that the type alone tells. */
function fixedShapes(node: IndexedNode): Record<string, PortShape> {
  return Object.fromEntries(
    Object.entries(node.ports.outputs).flatMap(([port, output]): [string, PortShape][] =>
      output.type === 'table' || output.type === 'features' ? [] : [[port, { type: output.type }]],
    ),
  );
}

/** The problem of a node whose source a restricted graph may not reach. */
export function notLookedAt(nodeId: string): AppError {
  return new AppError('trust.required', 'This step reaches outside and is not looked at before the graph is trusted.', {
    fix: 'Check what it does, then trust the graph.',
    nodeId,
  });
}

function thrownProblem(id: string, error: unknown): Diagnostic {
  const { code, message, fix, details } = toAppError(error);
  const field = typeof details?.['field'] === 'string' ? details['field'] : undefined;
  return {
    path: pointer('nodes', id, ...(field === undefined ? [] : ['params', field])),
    node: id,
    ...(field === undefined ? {} : { field }),
    code,
    severity: 'error',
    message,
    ...(fix === undefined ? {} : { fix }),
  };
}
