import { MISSING_STRING, MISSING_TIMESTAMP } from '../../shared/model/signature.ts';
import type { MonitorReport } from '../../shared/rpc/engine-contract.ts';
import type { RecentRows } from '../serving/request-log.ts';
import type { ColumnPair } from '../compute/drift/column-test.ts';
import { shiftInWords } from '../compute/drift/shift-in-words.ts';

export interface WindowDetails {
  /** How each drifted column differs. */
  words: Record<string, string>;
  /** Size of the difference of each column, in [0, 1]. */
  effects: Record<string, number | null>;
  /** The newest rows. */
  examples: Record<string, unknown>[];
}

const exampleRows = 3;

/** Of a judged window; no examples where its rows are known by sketches only. */
export function detailsOf(
  pairs: readonly ColumnPair[],
  report: MonitorReport,
  effects: WindowDetails['effects'],
  recent: RecentRows | undefined,
): WindowDetails {
  const drifted = new Set(report.columns.filter((column) => column.drifted).map(({ column }) => column));
  const words: WindowDetails['words'] = {};
  for (const { column, reference, current } of pairs) {
    if (drifted.has(column) && reference !== undefined && current !== undefined) {
      words[column] = shiftInWords(reference, current);
    }
  }
  if (recent === undefined) return { words, effects, examples: [] };
  const examples = Array.from({ length: Math.min(exampleRows, recent.rows) }, (_, back) => {
    const row = recent.rows - 1 - back;
    return Object.fromEntries(recent.columns.map((column) => [column.name, jsonValue(column, row)]));
  });
  return { words, effects, examples };
}

function jsonValue({ kind, values }: RecentRows['columns'][number], row: number): unknown {
  const value = values[row];
  if (value === undefined || value === MISSING_STRING || value === MISSING_TIMESTAMP || Number.isNaN(value))
    return null;
  return kind === 'timestamp' ? new Date(Number(value) / 1_000).toISOString() : value;
}
