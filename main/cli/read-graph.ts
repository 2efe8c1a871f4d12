import { dirname, resolve } from 'node:path';
import { AppError } from '../../shared/errors/app-error.ts';
import type { Diagnostic } from '../../shared/graph/diagnostic.ts';
import { parseGraphText } from '../../shared/graph/parse-graph.ts';
import { readGraphFileText } from '../engine/graph-file-text.ts';

export interface GraphFile {
  path: string;
  /** Folder that relative paths in the graph start from. */
  baseDir: string;
  text: string;
}

/** Reads the graph file named on the command line. Throws `graph.not-found`, `graph.too-large` or `cli.usage`. */
export async function readGraphFile(path: string | undefined): Promise<GraphFile> {
  if (path === undefined) {
    throw new AppError('cli.usage', 'No graph file was given.', {
      fix: 'Name a NAME.slipway.json file; slipway templates list shows the samples.',
    });
  }
  const full = resolve(path);
  return { path: full, baseDir: dirname(full), text: await readGraphFileText(full) };
}

export type GraphJson = { document: unknown } | { diagnostics: Diagnostic[] };

/** The JSON of a graph file as it stands; text that is no graph gives its diagnostics instead. */
export function graphJson(file: GraphFile): GraphJson {
  const parsed = parseGraphText(file.text);
  return parsed.document === undefined
    ? { diagnostics: parsed.diagnostics }
    : { document: JSON.parse(file.text) as unknown };
}

/** As `graphJson`, but throws `graph.invalid` (or the graph's own code) where there is no graph. */
export function requireGraphJson(file: GraphFile): unknown {
  const graph = graphJson(file);
  if ('document' in graph) return graph.document;
  const [first] = graph.diagnostics;
  const code = first?.code === 'graph.too-large' || first?.code === 'graph.too-new' ? first.code : 'graph.invalid';
  throw new AppError(code, first?.message ?? `${file.path} is no graph.`, {
    fix: first?.fix,
    details: { diagnostics: graph.diagnostics },
  });
}
