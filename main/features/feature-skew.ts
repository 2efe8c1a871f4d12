import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { JoinedView } from '../../shared/features/joined-view.ts';
import type { InputArtifact } from '../../shared/node/runner.ts';
import type { ModelVersion } from '../../shared/rpc/engine-contract.ts';
import type { FeatureSkew } from '../../shared/rpc/feature-schemas.ts';
import { type DuckDb, withDuckDb } from '../compute/duckdb/connection.ts';
import { numberedParquetRelation } from '../compute/duckdb/numbered-relation.ts';
import { quoteIdentifier, quotePath } from '../compute/duckdb/quote.ts';
import { tableFile } from '../compute/duckdb/write-table.ts';
import { joinPointInTime } from '../compute/features/point-in-time-join.ts';
import { loggedLines } from '../serving/prediction-log/logged-lines.ts';
import type { ArtifactStore } from '../store/artifact-store.ts';
import type { StoreDatabase } from '../store/database.ts';
import { joinedOfModel } from './joined-of-model.ts';
import { listViews } from './view-catalog.ts';
import { viewOfArtifact } from './view-of-artifact.ts';

interface SkewOptions {
  dataDir: string;
  database: StoreDatabase;
  artifacts: ArtifactStore;
  versions: readonly ModelVersion[];
  /** Only this view; default all. */
  view?: string;
  /** Newest logged rows per model; default 10,000. */
  maxRows?: number;
  signal?: AbortSignal;
}

const memoryBytes = 2 ** 30;
const timeColumn = 'time of the request';

/**
 * Replays logged requests: computes the features of each again, by the point-in-time join as of its time over the rows
 * made last, and compares them with those it was answered with. A difference is a row that came online late, was changed
 * afterwards, was only pushed, or a value that the request carried itself. Only rows that are still in the request logs of
 * endpoints of graphs are there to compare, and only views whose keys are columns of the log.
 */
export async function featureSkew(options: SkewOptions): Promise<FeatureSkew[]> {
  const { dataDir, database, artifacts, versions, view: only } = options;
  const made = await listViews(database, artifacts);
  const found: FeatureSkew[] = [];
  for (const version of versions) {
    const joined = (await joinedOfModel(artifacts, version)).filter(
      ({ view }) => only === undefined || view.name === only,
    );
    if (joined.length === 0) continue;
    for (const { node, files } of logsOf(dataDir, version)) {
      for (const use of joined) {
        const digest = made.find(({ view }) => view.name === use.view.name)?.digest ?? use.digest;
        const artifact = await artifacts.open(digest);
        if (artifact === undefined) continue;
        const features = await replay(use, artifact, files, options);
        const model = { name: version.name, version: version.version };
        found.push({ view: use.view.name, endpoint: `${version.graphId}/${node}`, model, features });
      }
    }
  }
  return found;
}

/** Log files of a model version by endpoint node, newest last. */
function logsOf(dataDir: string, { graphId, version }: ModelVersion): { node: string; files: string[] }[] {
  const graphDir = join(dataDir, 'serving', graphId);
  return foldersIn(graphDir).flatMap((node) => {
    const requests = join(graphDir, node, 'requests');
    const files = foldersIn(requests).flatMap((model) => {
      const dir = join(requests, model, String(version));
      return existsSync(dir)
        ? readdirSync(dir)
            .toSorted()
            .map((name) => join(dir, name))
        : [];
    });
    const logs = files.filter((path) => path.endsWith('.parquet') || path.endsWith('.ndjson'));
    return logs.length === 0 ? [] : [{ node, files: logs }];
  });
}

function foldersIn(dir: string): string[] {
  if (!existsSync(dir)) return [];
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? entry.name : []));
}

async function replay(
  use: JoinedView,
  artifact: InputArtifact,
  files: readonly string[],
  { maxRows = 10_000, signal }: SkewOptions,
): Promise<FeatureSkew['features']> {
  const { columns } = artifact.manifest.schema ?? { columns: [] };
  const present = new Set(viewOfArtifact(artifact).features.map(({ name }) => name));
  const compared = Object.entries(use.columns).filter(([feature]) => {
    return present.has(feature) && use.view.features.some(({ name, type }) => name === feature && type !== 'tensor');
  });
  return withDuckDb({ threads: 2, memoryBytes, ...(signal === undefined ? {} : { signal }) }, async (db) => {
    const keys = use.view.keys.map(({ name }) => use.keyColumns[name] ?? name);
    const logged = await loadRequests(db, files, { keys, features: compared.map(([, column]) => column), maxRows });
    if (!logged || compared.length === 0) return [];
    const asOf = (column: string) => `as of then: ${column}`;
    const joined = await joinPointInTime(
      db,
      '(SELECT * FROM requests ORDER BY rowid)',
      [
        {
          entities: {
            relation: '(SELECT *, rowid AS "ordinal of the row" FROM requests)',
            ordinal: '"ordinal of the row"',
            timestamp: timeColumn,
            keyColumns: use.keyColumns,
          },
          // The time to live is that of the model, as for its endpoint.
          source: {
            view: { ...use.view, features: compared.map(([name]) => featureOf(use, name)) },
            ...numberedParquetRelation(artifact.path(tableFile), columns),
          },
          outputNames: Object.fromEntries(compared.map(([feature, column]) => [feature, asOf(column)])),
        },
      ],
      { createdFilter: true },
    );
    const items = compared.flatMap(([, column], index) => {
      const served = quoteIdentifier(column);
      const then = quoteIdentifier(asOf(column));
      const text = (value: string) => `nullif(CAST(${value} AS VARCHAR), 'nan')`;
      const number = (value: string) => `TRY_CAST(${value} AS DOUBLE)`;
      // Numbers are compared as numbers: 1 and 1.0 are the same.
      const equal = `(${text(served)} IS NOT DISTINCT FROM ${text(then)} OR ${number(served)} = ${number(then)})`;
      return [
        `CAST(count(*) FILTER (${equal}) AS DOUBLE) AS e${index}`,
        `max(abs(${number(served)} - ${number(then)})) FILTER (isfinite(${number(served)} - ${number(then)})) AS d${index}`,
      ];
    });
    const [row] = await db.rows(`SELECT CAST(count(*) AS DOUBLE) AS n, ${items.join(', ')} FROM (${joined})`);
    const rows = Number(row?.['n'] ?? 0);
    return compared.map(([feature], index) => {
      const largest = row?.[`d${index}`];
      return {
        feature,
        rows,
        equal: Number(row?.[`e${index}`] ?? 0),
        largestDifference: typeof largest === 'number' ? largest : null,
      };
    });
  });
}

function featureOf({ view }: JoinedView, name: string): JoinedView['view']['features'][number] {
  return view.features.find((feature) => feature.name === name) ?? { name, type: 'string' };
}

/** Table `requests`: time and the columns of the newest logged rows; false where the log lacks one of them. */
async function loadRequests(
  db: DuckDb,
  files: readonly string[],
  { keys, features, maxRows }: { keys: readonly string[]; features: readonly string[]; maxRows: number },
): Promise<boolean> {
  const columns = [...new Set([...keys, ...features])];
  let made = false;
  for (const path of files.toReversed()) {
    const source = path.endsWith('.ndjson') ? loggedLines(path) : `read_parquet(${quotePath(path)})`;
    if (source === undefined) continue;
    const [input] = (await db.columnsOf(`SELECT * FROM ${source}`)).filter(({ name }) => name === 'input');
    if (input === undefined || columns.some((column) => !input.sqlType.includes(quotedIn(input.sqlType, column))))
      continue;
    const items = columns.map((column) => `input.${quoteIdentifier(column)} AS ${quoteIdentifier(column)}`);
    // Without its key, a request carried its features itself.
    const complete = keys.map((column) => ` AND input.${quoteIdentifier(column)} IS NOT NULL`).join('');
    const select = `SELECT time AS ${quoteIdentifier(timeColumn)}, ${items.join(', ')} FROM ${source} WHERE time IS NOT NULL${complete}`;
    await db.run(made ? `INSERT INTO requests ${select}` : `CREATE TABLE requests AS ${select}`);
    made = true;
    const [counted] = await db.rows('SELECT CAST(count(*) AS DOUBLE) AS n FROM requests');
    if (Number(counted?.['n'] ?? 0) >= maxRows) break;
  }
  if (!made) return false;
  await db.run(
    `CREATE OR REPLACE TABLE requests AS SELECT * FROM requests ORDER BY ${quoteIdentifier(timeColumn)} DESC LIMIT ${maxRows}`,
  );
  return true;
}

/** How DuckDB writes a field in the type of a struct: quoted where it has to be. */
function quotedIn(structType: string, field: string): string {
  const quoted = `${quoteIdentifier(field)} `;
  return structType.includes(quoted) ? quoted : `${field} `;
}
