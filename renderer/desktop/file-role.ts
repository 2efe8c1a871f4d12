import { definitionOf } from '../../nodes/catalog.ts';

/** Kind whose `path` a file with this ending becomes. */
const kindOfEnding: Record<string, string> = {
  csv: 'data.file',
  tsv: 'data.file',
  parquet: 'data.file',
  json: 'data.file',
  ndjson: 'data.file',
  jsonl: 'data.file',
  arrow: 'data.file',
  feather: 'data.file',
  xlsx: 'data.excel',
  sqlite: 'data.sqlite',
  db: 'data.sqlite',
  onnx: 'train.onnx',
};

export type DroppedFile = { open: 'graph' } | { open: 'node'; kind: string } | { open: 'nothing' };

/** What a dropped file becomes, by the end of its name. */
export function roleOfFile(name: string): DroppedFile {
  const lower = name.toLowerCase();
  if (lower.endsWith('.slipway.json')) return { open: 'graph' };
  const dot = lower.lastIndexOf('.');
  const kind = dot < 0 ? undefined : kindOfEnding[lower.slice(dot + 1)];
  return kind !== undefined && definitionOf(kind) !== undefined ? { open: 'node', kind } : { open: 'nothing' };
}
