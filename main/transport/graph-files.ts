import { mkdir, open, readFile, rename, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { definitionOf } from '../../nodes/catalog.ts';
import { AppError } from '../../shared/errors/app-error.ts';
import { canonicalGraphText } from '../../shared/graph/canonical.ts';
import { parseGraphValue } from '../../shared/graph/parse-graph.ts';
import { type ParsedGraph } from '../../shared/graph/parse-graph.ts';
import { readGraphText } from '../../shared/graph/read-graph.ts';

const extension = '.slipway.json';
const maxReadBytes = 32 * 1024 * 1024;

/** Reads a graph file of any version. Throws `graph.not-found` or `graph.too-large`; opening never rewrites. */
export async function openGraphFile(path: string): Promise<ParsedGraph & { path: string; modifiedMs: number }> {
  const full = resolve(path);
  let text: string;
  try {
    const info = await stat(full);
    // A device or a pipe would be read without end.
    if (!info.isFile()) throw new Error('It is no file.');
    if (info.size > maxReadBytes) {
      throw new AppError('graph.too-large', `The graph file ${full} is larger than 32 MiB.`, {
        fix: 'Keep data in files that the graph refers to, not in the graph itself.',
      });
    }
    text = await readFile(full, 'utf8');
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError('graph.not-found', `The graph file ${full} cannot be read.`, {
      fix: 'Check that it is there and readable.',
      cause: error,
    });
  }
  return { ...readGraphText(text, definitionOf), path: full, modifiedMs: (await stat(full)).mtimeMs };
}

/**
 * Writes the canonical form to a temporary file beside the target and renames it; the version before stays as `.bak`.
 * Without a path the file goes into `graphsDir`, named after the graph's id. Throws `graph.invalid`, `disk.*`.
 */
export async function saveGraphFile(
  document: unknown,
  path: string | undefined,
  graphsDir: string,
): Promise<{ path: string; modifiedMs: number; id: string; name: string }> {
  const parsed = parseGraphValue(document);
  if (parsed.document === undefined || !parsed.writable) {
    const [first] = parsed.diagnostics;
    throw new AppError('graph.invalid', `The graph cannot be saved: ${first?.message ?? 'it is incomplete.'}`, {
      fix: first?.fix,
      details: { diagnostics: parsed.diagnostics },
    });
  }
  const { id, name } = parsed.document;
  const target = path === undefined ? await freePath(graphsDir, id) : requireAbsolute(path);
  try {
    await mkdir(dirname(target), { recursive: true });
    const temporary = join(dirname(target), `.${basename(target)}.tmp`);
    const file = await open(temporary, 'w');
    try {
      await file.writeFile(canonicalGraphText(parsed.document));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(target, `${target}.bak`).catch(() => undefined);
    await rename(temporary, target);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    throw new AppError(code === 'ENOSPC' ? 'disk.full' : 'disk.read-only', `Cannot write ${target} (${code}).`, {
      fix: 'Save it elsewhere. Nothing is lost while the graph stays open.',
      cause: error,
    });
  }
  return { path: target, modifiedMs: (await stat(target)).mtimeMs, id, name };
}

function requireAbsolute(path: string): string {
  if (isAbsolute(path) && path.endsWith('.json')) return resolve(path);
  throw new AppError('graph.invalid', `${path} is no place for a graph file.`, {
    fix: `Give an absolute path that ends in ${extension}.`,
  });
}

async function freePath(dir: string, id: string): Promise<string> {
  for (let number = 1; ; number++) {
    const path = join(dir, `${id}${number === 1 ? '' : `-${number}`}${extension}`);
    if ((await stat(path).catch(() => undefined)) === undefined) return path;
  }
}
