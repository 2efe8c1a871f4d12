import { tableFile } from '../../compute/duckdb/write-table.ts';
import { diffVersions, type TableVersion } from '../../monitoring/version-diff.ts';
import { readSourceVersions } from '../../tracking/source-versions.ts';
import { rpc } from '../rpc-base.ts';
import type { Services } from '../services.ts';
import { openTable } from './artifact.ts';

async function tableVersion(context: Services, digest: string): Promise<TableVersion> {
  const table = await openTable(context, digest);
  return { path: table.path(tableFile), columns: table.manifest.schema?.columns ?? [] };
}

export const datasetHandlers = {
  list: rpc.dataset.list.handler(({ context: { engine } }) =>
    Promise.all(
      engine.datasets.list().map(async (version) => ({
        ...version,
        stored: (await engine.store.get(version.digest)) !== undefined,
      })),
    ),
  ),
  diff: rpc.dataset.diff.handler(async ({ input, context, signal }) =>
    diffVersions(await tableVersion(context, input.before), await tableVersion(context, input.after), signal),
  ),
  lineage: rpc.dataset.lineage.handler(({ input, context: { engine } }) =>
    readSourceVersions(engine.store, engine.datasets, input.digest),
  ),
};
