import { readFile, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { InputArtifact } from '../../../shared/node/runner.ts';
import { inferContract } from '../../engine/infer-contract.ts';
import { previewQuery } from '../../compute/duckdb/preview-query.ts';
import { readTablePage } from '../../compute/duckdb/page.ts';
import { tableFile } from '../../compute/duckdb/write-table.ts';
import { collectGarbage } from '../../store/collect-garbage.ts';
import { artifactNotFound } from '../../store/artifact-store.ts';
import { rpc } from '../rpc-base.ts';
import type { Services } from '../services.ts';

const maxJsonBytes = 8 * 1024 * 1024;

async function openArtifact(context: Services, digest: string): Promise<InputArtifact> {
  const artifact = await context.engine.store.open(digest);
  if (artifact === undefined) throw artifactNotFound(digest);
  return artifact;
}

export async function openTable(context: Services, digest: string): Promise<InputArtifact> {
  const artifact = await openArtifact(context, digest);
  if (artifact.type === 'table') return artifact;
  throw new AppError('artifact.not-found', `The artifact ${digest.slice(0, 12)} is a ${artifact.type}, no table.`);
}

export const artifactHandlers = {
  get: rpc.artifact.get.handler(async ({ input, context }) => (await openArtifact(context, input.digest)).manifest),
  page: rpc.artifact.page.handler(async ({ input, context, signal }) => {
    const { digest, ...query } = input;
    const table = await openTable(context, digest);
    return readTablePage(table.path(tableFile), table.manifest.schema?.columns ?? [], query, {
      threads: 2,
      tempDir: tmpdir(),
      orders: context.rowOrders,
      ...(signal === undefined ? {} : { signal }),
    });
  }),
  query: rpc.artifact.query.handler(async ({ input, context, signal }) => {
    const tables = await Promise.all(
      Object.entries(input.inputs).map(async ([name, digest]) => {
        const table = await openTable(context, digest);
        return [name, { path: table.path(tableFile), columns: table.manifest.schema?.columns ?? [] }] as const;
      }),
    );
    return previewQuery(input.query, Object.fromEntries(tables), input.limit, {
      tempDir: tmpdir(),
      ...(signal === undefined ? {} : { signal }),
    });
  }),
  formula: rpc.artifact.formula.handler(({ input, context, signal }) => {
    const { formula, digest, limit } = input;
    return context.engine.previewFormula({ formula, digest, rows: limit }, signal);
  }),
  profile: rpc.artifact.profile.handler(async ({ input, context, signal }) =>
    context.profiles.profile(await openTable(context, input.digest), { exact: input.exact, signal }),
  ),
  correlation: rpc.artifact.correlation.handler(async ({ input, context, signal }) =>
    context.profiles.correlation(await openTable(context, input.digest), { exact: input.exact, signal }),
  ),
  collectGarbage: rpc.artifact.collectGarbage.handler(async ({ input, context: { engine } }) => {
    const { removed, ...collected } = await collectGarbage(engine.store, engine.database, input);
    return { ...collected, removedArtifacts: removed.length };
  }),
  contract: rpc.artifact.contract.handler(async ({ input, context, signal }) => ({
    expectations: await inferContract(await openTable(context, input.digest), signal),
  })),
  json: rpc.artifact.json.handler(async ({ input, context }) => {
    const artifact = await openArtifact(context, input.digest);
    const file = artifact.manifest.files.find((entry) => entry.name === input.file && entry.name.endsWith('.json'));
    if (file === undefined) {
      throw new AppError('artifact.not-found', `The artifact has no JSON file ${input.file}.`);
    }
    const path = artifact.path(file.name);
    if ((await stat(path)).size > maxJsonBytes) {
      throw new AppError('request.too-large', `${input.file} is larger than 8 MiB.`);
    }
    return JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
  }),
};
