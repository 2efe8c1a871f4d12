import { copyFile, link, mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { definitionOf } from '../../nodes/catalog.ts';
import { AppError } from '../../shared/errors/app-error.ts';
import { canonicalGraphText } from '../../shared/graph/canonical.ts';
import { type ParsedGraph, parseGraphValue } from '../../shared/graph/parse-graph.ts';
import { readGraphText } from '../../shared/graph/read-graph.ts';
import { replaceFile } from '../compute/paths/replace-file.ts';
import { readGraphFileText } from '../engine/graph-file-text.ts';
import { graphDigest } from '../trust/graph-trust.ts';

const extension = '.slipway.json';

/** Reads a graph file of any version. Throws `graph.not-found` or `graph.too-large`; opening never rewrites. */
export async function openGraphFile(path: string): Promise<ParsedGraph & { path: string; modifiedMs: number }> {
  const full = resolve(path);
  const text = await readGraphFileText(full);
  return { ...readGraphText(text, definitionOf), path: full, modifiedMs: (await stat(full)).mtimeMs };
}

/**
 * Writes the canonical form to a temporary file beside the target and renames it; the version before stays as `.bak`.
 * Without a path the file goes into `graphsDir`, named after the graph's id. Throws `graph.invalid`, `disk.*`, and
 * `graph.changed-on-disk` where the file is not as it was at `knownMs`. The digest is of what was written.
 */
export async function saveGraphFile(
  document: unknown,
  path: string | undefined,
  graphsDir: string,
  knownMs?: number,
): Promise<{ path: string; modifiedMs: number; id: string; name: string; digest: string }> {
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
  await refuseChanged(target, knownMs);
  const text = canonicalGraphText(parsed.document);
  await writeGraphText(target, text);
  return { path: target, modifiedMs: (await stat(target)).mtimeMs, id, name, digest: graphDigest(text) };
}

/** Keeps the text of a graph from elsewhere, as it is, in a file of its own in `dir`. Throws `graph.invalid`, `disk.*`. */
export async function importGraphText(text: string, dir: string): Promise<{ path: string }> {
  const { document, diagnostics } = readGraphText(text, definitionOf);
  if (document === undefined) {
    throw new AppError('graph.invalid', `The file is no graph: ${diagnostics[0]?.message ?? ''}`, {
      fix: diagnostics[0]?.fix,
      details: { diagnostics },
    });
  }
  const path = await freePath(dir, document.id);
  await writeGraphText(path, text);
  return { path };
}

/** Throws `disk.*`. */
async function writeGraphText(target: string, text: string): Promise<void> {
  try {
    await mkdir(dirname(target), { recursive: true });
    const temporary = join(dirname(target), `.${basename(target)}.${process.pid}.tmp`);
    try {
      await writeFile(temporary, text);
      await keepBefore(target);
      await replaceFile(temporary, target);
    } finally {
      await rm(temporary, { force: true });
    }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    throw new AppError(code === 'ENOSPC' ? 'disk.full' : 'disk.read-only', `Cannot write ${target} (${code}).`, {
      fix: 'Save it elsewhere. Nothing is lost while the graph stays open.',
      cause: error,
    });
  }
}

/** A file that is gone is no conflict: saving brings it back. */
async function refuseChanged(target: string, knownMs: number | undefined): Promise<void> {
  if (knownMs === undefined) return;
  const found = await stat(target).catch(() => undefined);
  if (found === undefined || found.mtimeMs === knownMs) return;
  throw new AppError('graph.changed-on-disk', `${basename(target)} was changed by another program since it was read.`, {
    fix: 'Overwrite it, or save under another name and compare.',
  });
}

/** The version before also under `.bak`; at no moment is there no file of the graph's own name. */
async function keepBefore(target: string): Promise<void> {
  const kept = `${target}.bak`;
  await rm(kept, { force: true });
  try {
    await link(target, kept);
  } catch {
    // The first save, or a file system without hard links.
    await copyFile(target, kept).catch(() => undefined);
  }
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
