import type { ModelFacts } from './model-facts.ts';

/** How one thing differs; undefined where a side lacks it. */
interface Difference<T> {
  name: string;
  before: T | undefined;
  after: T | undefined;
}

/** What differs between two registered versions. */
export interface ModelDifference {
  before: { name: string; version: number };
  after: { name: string; version: number };
  sameContent: boolean;
  metrics: Difference<number>[];
  params: Difference<unknown>[];
  /** Raw columns by name, with their type. */
  inputs: Difference<string>[];
  trainingRows: Difference<number>[];
  /** Digests of source tables on one side only. */
  sources: { removed: string[]; added: string[] };
}

export function compareModels(before: ModelFacts, after: ModelFacts): ModelDifference {
  const identity = ({ version: { name, version } }: ModelFacts) => ({ name, version });
  const params = ({ manifest: { trainer } }: ModelFacts) => ({ trainer: trainer.kind, ...trainer.params });
  const inputs = ({ manifest }: ModelFacts) =>
    Object.fromEntries(manifest.inputs.map(({ name, type }) => [name, type]));
  const sources = ({ lineage }: ModelFacts) => lineage.sources.map(({ digest }) => digest);
  return {
    before: identity(before),
    after: identity(after),
    sameContent: before.version.digest === after.version.digest,
    metrics: differences(before.version.metrics, after.version.metrics),
    params: differences<unknown>(params(before), params(after)),
    inputs: differences<string>(inputs(before), inputs(after)),
    trainingRows: differences({ rows: before.manifest.training.rows }, { rows: after.manifest.training.rows }),
    sources: {
      removed: sources(before).filter((digest) => !sources(after).includes(digest)),
      added: sources(after).filter((digest) => !sources(before).includes(digest)),
    },
  };
}

function differences<T>(before: Readonly<Record<string, T>>, after: Readonly<Record<string, T>>): Difference<T>[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names
    .filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
    .map((name) => ({ name, before: before[name], after: after[name] }));
}
