import { AppError } from '../../shared/errors/app-error.ts';
import type { GraphDocument } from '../../shared/graph/document.ts';
import { expandGroups } from '../../shared/graph/expand-groups.ts';
import { indexGraph } from '../../shared/graph/graph-index.ts';
import type { CatalogTable } from '../../shared/node/runner.ts';
import { canonicalJson } from '../../shared/plan/canonical-json.ts';
import { type Kinds, loadRunner } from './kinds.ts';
import { createSecrets } from './secrets.ts';

/** A schema changes seldom, and a person types for minutes. */
const keptMs = 60_000;
const maxKept = 50;
const answerMs = 5000;

export interface CatalogRequest {
  document: GraphDocument;
  /** Id of the step, as in plans. */
  step: string;
  baseDir: string;
  /** Steps whose source is not looked at, since the graph is not trusted to. */
  unseen: ReadonlySet<string>;
}

/**
 * Tables of the databases that nodes connect to, kept for a minute, failures too: a server that is away is not asked at each key.
 * Empty for a node that is not trusted, is not complete or has no catalog. Errors: those of the node's connection.
 */
export function createDatabaseCatalogs(kinds: Kinds) {
  const kept = new Map<string, { tables: Promise<CatalogTable[]>; untilMs: number }>();
  return async ({ document, step, baseDir, unseen }: CatalogRequest): Promise<CatalogTable[]> => {
    if (unseen.has(step)) return [];
    const index = indexGraph(expandGroups(document, kinds.definitionOf).document, kinds.definitionOf);
    const node = index.nodes.get(step);
    const parsed = node?.definition?.params.safeParse(node.params);
    const kind = node?.definition?.kind;
    if (kind === undefined || parsed?.success !== true) return [];
    const runner = await loadRunner(kinds, kind);
    const { catalog } = runner ?? {};
    if (catalog === undefined) return [];
    // What is typed connects to nothing.
    const { query: _query, probeQuery: _probe, table: _table, ...connection } = parsed.data;
    const key = canonicalJson([kind, connection, baseDir]);
    const known = kept.get(key);
    if (known !== undefined && known.untilMs > Date.now()) return known.tables;
    const secrets = createSecrets();
    const late = new AppError('data.connection', `The database gave no list of tables within ${answerMs / 1000} s.`);
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(late), answerMs);
    const params = { ...parsed.data, query: '', probeQuery: '' };
    const tables = catalog
      .call(runner, { params, baseDir, signal: stop.signal, secret: secrets.value })
      .then(secrets.redactValue, (error: unknown) => {
        throw secrets.redactError(stop.signal.aborted ? late : error);
      })
      .finally(() => clearTimeout(timer));
    // Whoever asks gets the error.
    tables.catch(() => undefined);
    kept.delete(key);
    kept.set(key, { tables, untilMs: Date.now() + keptMs });
    for (const oldest of kept.keys()) {
      if (kept.size <= maxKept) break;
      kept.delete(oldest);
    }
    return tables;
  };
}
