import type { ErrorCode } from '../errors/codes.ts';
import type { InferResult, PortShape } from '../node/define-node.ts';
import type { Column } from '../table/schema.ts';
import { nearMisses } from '../text/near-misses.ts';
import type { FeatureColumn } from './signature.ts';

/** What a feature step reads: a column of a table, or a feature of the step before it. */
export type FeatureSource =
  | { kind: 'column'; name: string; column: Column }
  | { kind: 'feature'; name: string; feature: FeatureColumn };

export interface SourceProblem {
  field: string;
  code: ErrorCode;
  message: string;
  fix?: string;
}

export interface FeatureRule {
  /** Parameter that lists the columns. */
  field: string;
  columns: readonly string[];
  /** Why a source cannot be used and what to do, or undefined when it can. */
  refuse(source: FeatureSource): { reason: string; fix: string } | undefined;
  /** Hands features on as they are, also those that training rows have values of their own for. */
  takesOutOfFold?: boolean;
  /** Features that come out for one source, as far as known before fitting. */
  produce(source: FeatureSource): FeatureColumn[];
}

/** Raw columns a source depends on. */
export function rawSources(source: FeatureSource): string[] {
  return source.kind === 'column' ? [source.name] : source.feature.sources;
}

/** The sources a feature step names, and what is wrong with them: absent, unsuitable, twice, none. */
export function resolveSources(
  shape: Extract<PortShape, { type: 'table' | 'features' }>,
  rule: Pick<FeatureRule, 'field' | 'columns' | 'refuse' | 'takesOutOfFold'>,
): { sources: FeatureSource[]; problems: SourceProblem[] } {
  const { field } = rule;
  const present = availableSources(shape);
  const sources: FeatureSource[] = [];
  const problems: SourceProblem[] = [];
  if (rule.columns.length === 0) {
    problems.push({
      field,
      code: 'params.invalid',
      message: 'No column is chosen.',
      fix: 'Choose at least one column.',
    });
  }
  for (const name of new Set(rule.columns)) {
    const source = present.get(name);
    if (source === undefined) {
      const near = nearMisses(name, [...present.keys()]);
      const message = `Column “${name}” is not in the input.`;
      const fix =
        near.length === 0 ? 'Choose a column that exists.' : `Did you mean ${near.map((n) => `“${n}”`).join(' or ')}?`;
      problems.push({ field, code: 'data.column-missing', message, fix });
      continue;
    }
    const refusal = (rule.takesOutOfFold === true ? undefined : refuseOutOfFold(source)) ?? rule.refuse(source);
    if (refusal === undefined) sources.push(source);
    else {
      const message = `Column “${name}” ${refusal.reason}.`;
      problems.push({ field, code: 'data.column-type', message, fix: refusal.fix });
    }
  }
  if (new Set(rule.columns).size < rule.columns.length) {
    problems.push({
      field,
      code: 'params.invalid',
      message: 'A column is chosen twice.',
      fix: 'Choose each column once.',
    });
  }
  return { sources, problems };
}

function refuseOutOfFold(source: FeatureSource): { reason: string; fix: string } | undefined {
  if (source.kind === 'column' || source.feature.outOfFold !== true) return undefined;
  return {
    reason: 'is encoded out of fold, and no step can build on it',
    fix: 'Put this step before the target encoding, or leave the feature out.',
  };
}

function availableSources(shape: Extract<PortShape, { type: 'table' | 'features' }>): Map<string, FeatureSource> {
  if (shape.type === 'table') {
    return new Map(shape.schema.columns.map((column) => [column.name, { kind: 'column', name: column.name, column }]));
  }
  return new Map(shape.columns.map((feature) => [feature.name, { kind: 'feature', name: feature.name, feature }]));
}

/**
 * Features that come out of a step: of a table only what the step makes; of features, those it handles are replaced in
 * place and the others pass through.
 */
export function featuresAfter(
  shape: Extract<PortShape, { type: 'table' | 'features' }>,
  produced: ReadonlyMap<string, readonly FeatureColumn[]>,
): FeatureColumn[] {
  if (shape.type === 'table') return [...produced.values()].flat();
  return shape.columns.flatMap((feature) => produced.get(feature.name) ?? [feature]);
}

/** `infer` of a feature kind whose features are made of all its sources together. */
export function inferCombined(
  inputs: Record<string, PortShape[]>,
  rule: Pick<FeatureRule, 'field' | 'columns' | 'refuse'> & {
    keepsSources: boolean;
    produce(sources: readonly FeatureSource[]): FeatureColumn[];
  },
): InferResult {
  const shape = inputs['input']?.[0];
  const known = shape?.type === 'table' || shape?.type === 'features' ? resolveSources(shape, rule).sources : [];
  return inferFeatures(inputs, {
    ...rule,
    produce: (source) => [
      ...(rule.keepsSources && source.kind === 'feature' ? [source.feature] : []),
      ...(source.name === known.at(-1)?.name ? rule.produce(known) : []),
    ],
  });
}

/** `infer` of a feature kind with ports `input` and `features`. */
export function inferFeatures(inputs: Record<string, PortShape[]>, rule: FeatureRule): InferResult {
  const shape = inputs['input']?.[0];
  if (shape === undefined || (shape.type !== 'table' && shape.type !== 'features')) {
    return { outputs: {}, problems: [] };
  }
  const { sources, problems } = resolveSources(shape, rule);
  const columns = featuresAfter(shape, new Map(sources.map((source) => [source.name, rule.produce(source)])));
  const twice = repeatedFeature(columns);
  if (twice !== undefined) problems.push(repeatedProblem(rule.field, twice));
  return {
    outputs: {
      features: {
        type: 'features',
        columns,
        table: shape.type === 'table' ? shape.schema : shape.table,
        ...(shape.lineage === undefined ? {} : { lineage: shape.lineage }),
      },
    },
    problems: problems.map(({ field, message, fix }) => ({ field, message, ...(fix === undefined ? {} : { fix }) })),
  };
}

/** First name that two features share. */
export function repeatedFeature(features: readonly FeatureColumn[]): string | undefined {
  const seen = new Set<string>();
  return features.find(({ name }) => seen.size === seen.add(name).size)?.name;
}

function repeatedProblem(field: string, name: string): SourceProblem {
  return {
    field,
    code: 'features.mismatch',
    message: `Two features would be called “${name}”.`,
    fix: 'Rename one of them, or a column in an SQL step.',
  };
}
