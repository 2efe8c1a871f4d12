import { readColumns } from '../../../main/compute/duckdb/read-columns.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import { type InputColumn, MISSING_STRING } from '../../../shared/model/signature.ts';
import type { InputArtifact } from '../../../shared/node/runner.ts';
import type { recommendNode } from './definition.ts';
import type { z } from 'zod';

const mostItems = 10_000;

export interface Items {
  names: string[];
  /** [items, embedding columns] row-major, each row of length 1 (or 0). */
  embeddings: Float64Array;
  /** Group of each item, from 0; without a group column, each its own. */
  groups: Float64Array;
  /** Per ranking column: value of each item, mean 0 and standard deviation 1; missing values are 0. */
  ranking: Float64Array[];
}

type Params = Pick<z.output<typeof recommendNode.params>, 'item' | 'embedding' | 'ranking' | 'group'>;

/** Errors: `data.empty`, `train.missing-values`, `params.invalid`, those of `readColumns`. */
export async function readItems(table: InputArtifact, params: Params, signal: AbortSignal): Promise<Items> {
  const numbers = [...new Set([...params.embedding, ...params.ranking])];
  const columns: InputColumn[] = [
    { name: params.item, type: 'string' },
    ...(params.group === '' ? [] : [{ name: params.group, type: 'string' as const }]),
    ...numbers.map((name) => ({ name, type: 'float64' as const })),
  ];
  const rows = table.manifest.rowCount ?? 0;
  if (rows > mostItems) {
    throw new AppError(
      'params.invalid',
      `There are ${rows} items; at most ${mostItems} are compared with each request.`,
      {
        fix: 'Keep the best known ones in a step before.',
      },
    );
  }
  const texts = new Map<string, string[]>();
  const values = new Map<string, number[]>(numbers.map((name) => [name, []]));
  const unique = columns.filter(({ name }, i) => columns.findIndex((other) => other.name === name) === i);
  for await (const chunk of readColumns(table.path('data.parquet'), unique, { signal })) {
    for (const column of chunk.columns) {
      if (column.kind === 'string') texts.set(column.name, [...(texts.get(column.name) ?? []), ...column.values]);
      if (column.kind === 'number') values.get(column.name)?.push(...column.values);
    }
  }
  const names = texts.get(params.item) ?? [];
  requireNames(params.item, names);
  const groupNames = params.group === '' ? names : (texts.get(params.group) ?? []);
  const numberOfGroup = new Map([...new Set(groupNames)].map((name, i) => [name, i]));
  const column = (name: string) => Float64Array.from(values.get(name) ?? []);
  return {
    names,
    embeddings: directions(params.embedding, params.embedding.map(column), names.length),
    groups: Float64Array.from(groupNames, (name) => numberOfGroup.get(name) ?? 0),
    ranking: params.ranking.map((name) => standardized(column(name))),
  };
}

function requireNames(column: string, names: readonly string[]): void {
  if (names.length < 3) {
    throw new AppError('data.empty', `The table of items has ${names.length} rows: there is too little to recommend.`, {
      fix: 'Look at the filter before this step.',
    });
  }
  const seen = new Set<string>();
  for (const name of names) {
    if (name === MISSING_STRING) {
      throw new AppError('train.missing-values', `An item has no “${column}”.`, {
        fix: 'Filter such rows out before.',
      });
    }
    if (seen.size === seen.add(name).size) {
      throw new AppError('params.invalid', `Two items are called “${name}”.`, {
        fix: 'Keep one row per item: put a Deduplicate step before.',
      });
    }
  }
}

function directions(names: readonly string[], columns: readonly Float64Array[], items: number): Float64Array {
  const width = columns.length;
  const result = new Float64Array(items * width);
  for (let item = 0; item < items; item++) {
    const row = columns.map((column) => column[item] as number);
    const missing = row.findIndex((value) => !Number.isFinite(value));
    if (missing >= 0) {
      throw new AppError('train.missing-values', `“${names[missing]}” is missing or infinite for an item.`, {
        fix: 'Impute it before, or leave the column out.',
      });
    }
    const length = Math.hypot(...row);
    row.forEach((value, c) => {
      result[item * width + c] = length > 0 ? value / length : 0;
    });
  }
  return result;
}

function standardized(values: Float64Array): Float64Array {
  const known = values.filter((value) => Number.isFinite(value));
  const mean = known.reduce((sum, value) => sum + value, 0) / Math.max(known.length, 1);
  const variance = known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(known.length, 1);
  const scale = variance > 0 ? 1 / Math.sqrt(variance) : 0;
  return values.map((value) => (Number.isFinite(value) ? (value - mean) * scale : 0));
}
