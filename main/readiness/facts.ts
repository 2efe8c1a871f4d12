import type { Diagnostic } from '../../shared/graph/diagnostic.ts';
import type { GraphDocument } from '../../shared/graph/document.ts';
import type { StepState } from '../../shared/plan/plan.ts';
import type { ModelVersion } from '../../shared/rpc/engine-contract.ts';

/** A result and the run that made it. */
export interface FoundResult {
  type: string;
  /** Small facts of the artifact's manifest. */
  meta: Readonly<Record<string, unknown>>;
  rowCount: number | undefined;
  /** ms since 1970; undefined when the run is no longer known. */
  timeMs: number | undefined;
}

/** Everything readiness is judged by: the graph, and what the store knows of it. */
export interface ReadinessFacts {
  document: GraphDocument;
  diagnostics: readonly Diagnostic[];
  /** By node. */
  steps: ReadonlyMap<string, StepState>;
  /** Present results by `node.port`. */
  results: ReadonlyMap<string, FoundResult>;
  /** Which rows reach an input, by `node.port`. */
  lineages: ReadonlyMap<string, string>;
  /** Of this graph, newest first. */
  versions: readonly ModelVersion[];
  /** Tags of registered models by name: `owner`, `on-call`, `runbook`. */
  modelTags: ReadonlyMap<string, Readonly<Record<string, string>>>;
  lastRun: { status: string; timeMs: number } | undefined;
}
