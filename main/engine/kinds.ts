import { definitionOf } from '../../nodes/catalog.ts';
import { runners } from '../../nodes/runners.ts';
import type { DefinitionOf } from '../../shared/graph/graph-index.ts';
import type { Runner, RunnerLoader } from '../../shared/node/runner.ts';

/** The node kinds an engine knows. A module that exports these names can stand in for the catalog. */
export interface Kinds {
  definitionOf: DefinitionOf;
  runners: Readonly<Record<string, RunnerLoader>>;
  /** The source file whose content, with what it imports, is the code of a kind. */
  runFile: (kind: string) => URL;
}

const catalogKinds: Kinds = {
  definitionOf,
  runners,
  runFile: (kind) => new URL(`../../nodes/${kind.replace('.', '/')}/run.ts`, import.meta.url),
};

/** The catalog, or the kinds of another module (file URL) that exports `definitionOf`, `runners` and `runFile`. */
export async function loadKinds(moduleUrl: string | undefined): Promise<Kinds> {
  if (moduleUrl === undefined) return catalogKinds;
  return (await import(moduleUrl)) as Kinds;
}

/** Undefined for kinds without a batch part. */
export async function loadRunner(kinds: Kinds, kind: string): Promise<Runner | undefined> {
  const load = Object.hasOwn(kinds.runners, kind) ? kinds.runners[kind] : undefined;
  if (load === undefined) return undefined;
  // The params of a step were parsed by the definition of the same kind, which is what this runner takes.
  return (await load()).runner as unknown as Runner;
}
