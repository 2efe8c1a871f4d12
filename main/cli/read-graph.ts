import { readFile, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { AppError } from '../../shared/errors/app-error.ts';
import type { Diagnostic } from '../../shared/graph/diagnostic.ts';
import { parseGraphText } from '../../shared/graph/parse-graph.ts';

/** One byte more than the largest graph that is read: parsing then says that it is too large. */
const maxReadBytes = 32 * 1024 * 1024 + 1;

export interface GraphFile {
  path: string;
  /** Folder that relative paths in the graph start from. */
  baseDir: string;
  text: string;
}

/** Reads the graph file named on the command line. Throws `graph.not-found` or `cli.usage`. */
export async function readGraphFile(path: string | undefined): Promise<GraphFile> {
  if (path === undefined) {
    throw new AppError('cli.usage', 'No graph file was given.', { fix: 'Name a NAME.slipway.json file.' });
  }
  const full = resolve(path);
  try {
    if ((await stat(full)).size > maxReadBytes) {
      throw new AppError('graph.too-large', `The graph file ${path} is larger than 32 MiB.`, {
        fix: 'Keep data in files that the graph refers to, not in the graph itself.',
      });
    }
    return { path: full, baseDir: dirname(full), text: await readFile(full, 'utf8') };
  } catch (error) {
    if (error instanceof AppError) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    const what = code === 'ENOENT' ? 'does not exist' : code === 'EISDIR' ? 'is a folder' : `cannot be read (${code})`;
    throw new AppError('graph.not-found', `The graph file ${path} ${what}.`, {
      fix: 'Check the path, or list the samples with: slipway templates list',
      cause: error,
    });
  }
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
