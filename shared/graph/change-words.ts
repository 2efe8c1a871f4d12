import type { GraphChange } from './graph-diff.ts';

const longest = 60;

/** A value on one line, cut where it is long. */
export function changeValue(value: unknown): string {
  if (value === undefined) return '–';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > longest ? `${line.slice(0, longest - 1)}…` : line;
}

/** Where a change is, as one would say it: `trees.learningRate`, `prep/scale.method`, `→ trees.features`. */
export function changePlace(path: readonly string[]): string {
  const [first, second, ...rest] = path;
  if (first === 'groups' && second !== undefined) return rest.length === 0 ? second : `${second}/${changePlace(rest)}`;
  if (first === 'nodes' && second !== undefined) {
    const fields = rest[0] === 'params' ? rest.slice(1) : rest;
    return [second, ...fields].join('.');
  }
  if (first === 'edges' && second !== undefined) return `→ ${second}`;
  return path.join('.');
}

const marks = { added: '+', removed: '-', changed: '~' } as const;

/** `~ trees.learningRate  0.1 → 0.05`: one line of a report. */
export function changeLine({ path, kind, before, after }: GraphChange): string {
  const place = `${marks[kind]} ${changePlace(path)}`;
  const shown = (value: unknown) =>
    path[0] === 'nodes' && path.length === 2 && typeof value === 'object' && value !== null && 'kind' in value
      ? String(value.kind)
      : changeValue(value);
  if (kind === 'added') return `${place}  ${shown(after)}`;
  if (kind === 'removed') return `${place}  ${shown(before)}`;
  return `${place}  ${shown(before)} → ${shown(after)}`;
}
