import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';

// One bare DuckDB doing the data part of flight-delays step by step: argv = output folder, threads, then JSON of
// [{file, query}], where a query names earlier files as {file}.
const [dir = '', threads = '1', steps = '[]'] = process.argv.slice(2);
const instance = await DuckDBInstance.create(':memory:', { threads, memory_limit: '8GiB' });
const connection = await instance.connect();
await connection.run("SET TimeZone = 'UTC'");
for (const { file, query } of JSON.parse(steps) as { file: string; query: string }[]) {
  const sql = query.replaceAll(/\{(\w+)\}/g, (_, name: string) => `read_parquet('${join(dir, `${name}.parquet`)}')`);
  await connection.run(`COPY (${sql}) TO '${join(dir, `${file}.parquet`)}' (FORMAT parquet, COMPRESSION zstd)`);
}
