import { createHash, randomUUID } from 'node:crypto';
import { columnOf } from '../../main/compute/duckdb/column-types.ts';
import type { DuckDb } from '../../main/compute/duckdb/connection.ts';
import { duckDbError } from '../../main/compute/duckdb/duckdb-error.ts';
import { storedColumn, writeTable } from '../../main/compute/duckdb/write-table.ts';
import { AppError } from '../../shared/errors/app-error.ts';
import type { ArtifactDraft, CatalogTable, Runner, StepContext } from '../../shared/node/runner.ts';
import { describeFailure } from './describe-failure.ts';

export interface DatabaseSourceParams {
  table: string;
  query: string;
  refresh: 'always' | 'query' | 'never';
  probeQuery: string;
}

/** What differs from one database server to the next, to look at what a node reads. */
export interface DatabaseServer<P extends DatabaseSourceParams, C> {
  withConnection<T>(
    params: P,
    context: { signal: AbortSignal; secret(name: string): string },
    work: (connection: C) => Promise<T>,
  ): Promise<T>;
  quoteName(name: string): string;
  /** Columns of a FROM item, with their DuckDB types. Errors: `data.query`. */
  planColumns(connection: C, source: string): Promise<readonly { name: string; type: string }[]>;
  /** Rows of schema, table, column and type, names as queries write them; an empty schema where none needs to be given. */
  catalogRows(connection: C, mostRows: number): Promise<readonly (readonly string[])[]>;
  /** The rows of a FROM clause, as JSON. */
  probeRows(connection: C, from: string): Promise<unknown>;
}

/** Columns of a catalog that are offered while a query is typed. */
export const mostCatalogColumns = 10_000;

/** `describe`, `catalog` and `probe` of a node that reads from a database server. */
export function databaseSource<P extends DatabaseSourceParams, C>(
  server: DatabaseServer<P, C>,
): Required<Pick<Runner<P>, 'describe' | 'catalog' | 'probe'>> {
  return {
    async describe({ params, signal, secret }) {
      if (params.table === '' && params.query.trim() === '') {
        const problem = { field: 'table', message: 'No table is chosen.', fix: 'Set table or query.' };
        return { outputs: {}, problems: [problem] };
      }
      try {
        const planned = await server.withConnection(params, { signal, secret }, (connection) =>
          server.planColumns(connection, sourceOf(params, server.quoteName)),
        );
        const columns = planned.map(({ name, type }) => storedColumn(columnOf(name, type)));
        return { outputs: { table: { type: 'table', schema: { columns }, lineage: 'all' } }, problems: [] };
      } catch (error) {
        return describeFailure(error, 'host', 'password');
      }
    },

    catalog: ({ params, signal, secret }) =>
      server.withConnection(params, { signal, secret }, async (connection) =>
        catalogTables(await server.catalogRows(connection, mostCatalogColumns)),
      ),

    async probe({ params, signal, secret }) {
      if (params.refresh === 'never') return '';
      if (params.refresh === 'always') return randomUUID();
      if (params.probeQuery.trim() === '') {
        throw new AppError('params.invalid', 'Refresh is set to the probe query, but there is none.', {
          fix: 'Set probeQuery, or let refresh be always or never.',
        });
      }
      const rows = await server.withConnection(params, { signal, secret }, (connection) =>
        server.probeRows(connection, `${derivedTable(selectText(params.probeQuery))} LIMIT 10000`),
      );
      return createHash('sha256').update(JSON.stringify(rows)).digest('hex');
    },
  };
}

/** Tables of rows of schema (perhaps empty), table, column and type. */
export function catalogTables(rows: readonly (readonly string[])[]): CatalogTable[] {
  const tables = new Map<string, CatalogTable>();
  for (const [schema = '', table = '', column = '', type = ''] of rows) {
    const name = schema === '' ? table : `${schema}.${table}`;
    const known = tables.get(name) ?? { name, columns: [] };
    tables.set(name, known);
    known.columns.push({ name: column, type });
  }
  return [...tables.values()];
}

/** FROM item of the params: nothing but a SELECT fits into the parentheses. */
export function sourceOf(
  { table, query }: Pick<DatabaseSourceParams, 'table' | 'query'>,
  quoteName: (name: string) => string,
): string {
  const text = selectText(query);
  return text === '' ? `${table.split('.').map(quoteName).join('.')} AS q` : derivedTable(text);
}

/** The SELECT without what may stand around it; empty where there is none. */
export function selectText(query: string): string {
  return query.trim().replace(/;\s*$/, '');
}

function derivedTable(select: string): string {
  // A line break ends a comment at the end of the query.
  return `(${select}\n) AS q`;
}

/** Errors: `data.query` when two columns of a result have one name, whatever its case. */
export function requireDistinctNames(columns: readonly { name: string }[]): void {
  const seen = new Set<string>();
  for (const { name } of columns) {
    if (seen.has(name.toLowerCase())) {
      throw new AppError('data.query', `The result has two columns named “${name}”.`, {
        fix: 'Rename one with AS.',
        details: { field: 'query' },
      });
    }
    seen.add(name.toLowerCase());
  }
}

/** Stores the rows of a SELECT of DuckDB. `title`: name of the database system. Errors: `data.empty`, `data.column-type`. */
export async function storeRows(
  ctx: StepContext<DatabaseSourceParams>,
  db: DuckDb,
  select: string,
  title: string,
): Promise<Record<string, ArtifactDraft>> {
  try {
    const table = await writeTable(db, select, { workDir: ctx.workDir, lineage: 'all' });
    requireRows(table.rowCount, ctx.params);
    return { table };
  } catch (error) {
    throw duckDbError(error, { code: 'data.column-type', doing: `The rows from ${title} cannot be stored` });
  }
}

/** Errors: `data.empty`. */
export function requireRows(rowCount: number | undefined, { table }: Pick<DatabaseSourceParams, 'table'>): void {
  if (rowCount !== 0) return;
  throw new AppError('data.empty', `${table === '' ? 'The query' : table} gives no rows.`, {
    fix: 'Choose another table, or change the query.',
  });
}
