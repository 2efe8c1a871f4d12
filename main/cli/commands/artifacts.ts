import { tmpdir } from 'node:os';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { ArtifactManifest } from '../../../shared/artifact/manifest.ts';
import type { InputArtifact } from '../../../shared/node/runner.ts';
import type { DatasetVersion } from '../../../shared/rpc/dataset-schemas.ts';
import { correlateTable, profileTable } from '../../compute/duckdb/profile.ts';
import { tableFile } from '../../compute/duckdb/write-table.ts';
import { diffVersions } from '../../monitoring/version-diff.ts';
import { inferContract } from '../../engine/infer-contract.ts';
import { artifactNotFound } from '../../store/artifact-store.ts';
import { collectGarbage } from '../../store/collect-garbage.ts';
import { createDatasetVersions } from '../../store/dataset-versions.ts';
import { createModelRegistry } from '../../store/model-registry.ts';
import { readSourceVersions } from '../../tracking/source-versions.ts';
import type { Command, CommandContext } from '../command.ts';
import { type OpenStore, withStore } from '../open-store.ts';
import { textTable } from '../output.ts';

export const artifactsCommand: Command = {
  name: 'artifacts',
  summary:
    'Lists stored results, shows one or the profile of a table, removes what nothing needs; lists versions of datasets, compares two, tells what a model was made from.',
  actions: {
    list: '',
    show: 'DIGEST',
    profile: 'DIGEST [--exact]',
    contract: 'DIGEST',
    gc: '[--max-size SIZE] [--dry-run]',
    versions: '[DATASET]',
    diff: 'VERSION VERSION',
    lineage: 'MODEL',
  },
  options: { 'max-size': { type: 'string' }, 'dry-run': { type: 'boolean' }, exact: { type: 'boolean' } },
  optionHelp: {
    'max-size': 'gc: keep no more than this, such as 20GB; pinned and registered results stay whatever it is',
    exact: 'profile: look at all rows of a large table instead of a sample',
    'dry-run': 'gc: say what would be removed, remove nothing',
  },
  run: (context) =>
    withStore(context, (store) => {
      const [action, name, other = ''] = context.positionals;
      const digest = name ?? '';
      if (action === 'show') return show(context, store, digest);
      if (action === 'profile') return profile(context, store, digest);
      if (action === 'contract') return contract(context, store, digest);
      if (action === 'gc') return gc(context, store);
      if (action === 'versions') return versions(context, store, name);
      if (action === 'diff') return diff(context, store, digest, other);
      if (action === 'lineage') return lineage(context, store, digest);
      return list(context, store);
    }),
};

async function list(context: CommandContext, { artifacts }: OpenStore): Promise<number> {
  const found = [];
  for await (const manifest of artifacts.list()) {
    found.push({
      digest: manifest.digest,
      type: manifest.type,
      kind: manifest.producer.kind,
      rowCount: manifest.rowCount ?? null,
      sizeBytes: manifest.files.reduce((sum, file) => sum + file.sizeBytes, 0),
    });
  }
  const rows = found.map((entry) => [
    entry.digest.slice(0, 12),
    entry.type,
    entry.kind,
    entry.rowCount === null ? '' : `${entry.rowCount.toLocaleString('en-US')} rows`,
    `${(entry.sizeBytes / 1e6).toFixed(1)} MB`,
  ]);
  context.output.result({ artifacts: found }, rows.length === 0 ? 'Nothing is stored yet.' : textTable(rows));
  return 0;
}

async function gc(context: CommandContext, { artifacts, database }: OpenStore): Promise<number> {
  const dryRun = context.flag('dry-run');
  const collected = await collectGarbage(artifacts, database, {
    maxBytes: byteSize(context.text('max-size')),
    dryRun,
  });
  const { removed, freedBytes, keptArtifacts, keptBytes } = collected;
  const text = `${dryRun ? 'Would remove' : 'Removed'} ${removed.length} artifacts (${megabytes(freedBytes)}); ${dryRun ? 'would keep' : 'kept'} ${keptArtifacts} (${megabytes(keptBytes)}).`;
  context.output.result({ ...collected, dryRun }, text);
  return 0;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

const unitBytes: Readonly<Record<string, number>> = { '': 1, k: 1e3, m: 1e6, g: 1e9, t: 1e12 };

/** `500MB`, `20 GB`, `1e9`: bytes. */
function byteSize(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const match = /^\s*(\d+(?:\.\d+)?(?:e\d+)?)\s*([kmgt]?)b?\s*$/i.exec(text);
  const unit = match === null ? undefined : unitBytes[match[2]?.toLowerCase() ?? ''];
  if (match !== null && unit !== undefined) return Math.floor(Number(match[1]) * unit);
  throw new AppError('cli.usage', `--max-size ${text} is no size.`, { fix: 'Write it as 500MB or 20GB.' });
}

async function versions(
  context: CommandContext,
  { database }: OpenStore,
  dataset: string | undefined,
): Promise<number> {
  const all = createDatasetVersions(database).list();
  const found = dataset === undefined ? all : all.filter((version) => isOf(version, dataset));
  if (dataset !== undefined && found.length === 0) throw noDataset(dataset);
  const rows = found.map((version) => [
    `${version.dataset}@${version.number}`,
    version.digest.slice(0, 12),
    `${version.rowCount.toLocaleString('en-US')} rows`,
    megabytes(version.sizeBytes),
    new Date(version.lastReadMs).toISOString().slice(0, 19).replace('T', ' '),
    version.location,
  ]);
  context.output.result({ versions: found }, rows.length === 0 ? 'No source was read yet.' : textTable(rows));
  return 0;
}

/** By the id of the dataset, or by a part of where it is. */
function isOf(version: DatasetVersion, dataset: string): boolean {
  return version.dataset === dataset || version.location.includes(dataset);
}

function noDataset(name: string): AppError {
  return new AppError('artifact.not-found', `No version of “${name}” was read with this data directory.`, {
    fix: 'See: slipway artifacts versions',
  });
}

/** `DATASET@NUMBER`, `DATASET` for its newest version, or the start of a digest. */
function findVersion({ database }: OpenStore, text: string): string {
  const datasets = createDatasetVersions(database);
  if (/^[0-9a-f]{8,64}$/.test(text)) {
    const [byDigest] = datasets.byDigest(text);
    if (byDigest !== undefined) return byDigest.digest;
  }
  const match = /^(.*)@(\d+)$/.exec(text);
  const name = match?.[1] ?? text;
  const found = datasets.list().filter((version) => isOf(version, name));
  const ids = new Set(found.map((version) => version.dataset));
  if (ids.size > 1) {
    throw new AppError('cli.usage', `“${name}” is a part of ${ids.size} datasets.`, {
      fix: `Write one of: ${[...ids].join(', ')}.`,
    });
  }
  const version = match === null ? found[0] : found.find(({ number }) => number === Number(match[2]));
  if (version === undefined) throw noDataset(text);
  return version.digest;
}

async function diff(context: CommandContext, store: OpenStore, before: string, after: string): Promise<number> {
  const open = async (text: string) => {
    const digest = findVersion(store, text);
    const table = await store.artifacts.open(digest);
    if (table === undefined) throw artifactNotFound(digest);
    return { path: table.path(tableFile), columns: table.manifest.schema?.columns ?? [] };
  };
  const found = await diffVersions(await open(before), await open(after), context.signal);
  const { rows } = found;
  const lines = [
    `${rows.before.toLocaleString('en-US')} → ${rows.after.toLocaleString('en-US')} rows: ${rows.added.toLocaleString('en-US')} added, ${rows.removed.toLocaleString('en-US')} removed.`,
    ...found.schema.map(({ column, change, before: old, after: now }) =>
      change === 'type-changed' ? `  ${column}: ${old} → ${now}` : `  ${column} ${change} (${old ?? now})`,
    ),
    textTable(
      found.columns.map(({ column, differs, state, method, statistic }) => [
        differs ? '  differs' : state === 'ok' ? '  same' : `  ${state}`,
        column,
        method,
        statistic === null ? '' : statistic.toPrecision(3),
      ]),
    ),
  ];
  context.output.result(found, lines.filter((line) => line !== '').join('\n'));
  return 0;
}

async function lineage(context: CommandContext, { artifacts, database }: OpenStore, model: string): Promise<number> {
  const registry = createModelRegistry(database);
  const digest = /^[0-9a-f]{64}$/.test(model)
    ? model
    : registry.resolve(
        model.startsWith('models:/') ? model : `models:/${/[@/]/.test(model) ? model : `${model}@champion`}`,
      ).digest;
  const found = await readSourceVersions(artifacts, createDatasetVersions(database), digest);
  const rows = found.sources.flatMap(({ digest: source, kind, versions: known }) =>
    known.length === 0
      ? [[source.slice(0, 12), kind, 'not on record']]
      : known.map((version) => [source.slice(0, 12), `${version.dataset}@${version.number}`, version.location]),
  );
  context.output.result(
    { digest, ...found },
    rows.length === 0 ? 'It was made from nothing that was read from outside.' : textTable(rows),
  );
  return 0;
}

/** Threads of a profile: the machine may be at work. */
const profileThreads = 2;

async function findTable(artifacts: OpenStore['artifacts'], start: string): Promise<InputArtifact> {
  const { digest, type } = await findArtifact(artifacts, start);
  const table = type === 'table' ? await artifacts.open(digest) : undefined;
  if (table !== undefined) return table;
  throw new AppError('artifact.not-found', `The artifact ${digest.slice(0, 12)} is a ${type}, no table.`);
}

/** As the params of an Expect node take it. */
async function contract(context: CommandContext, { artifacts }: OpenStore, start: string): Promise<number> {
  const expectations = await inferContract(await findTable(artifacts, start), context.signal);
  context.output.result({ expectations }, JSON.stringify(expectations, null, 2));
  return 0;
}

async function profile(context: CommandContext, { artifacts }: OpenStore, start: string): Promise<number> {
  const table = await findTable(artifacts, start);
  const { digest } = table;
  const columns = table.manifest.schema?.columns ?? [];
  const options = { threads: profileThreads, tempDir: tmpdir(), signal: context.signal };
  const exact = context.flag('exact');
  const profiles = await profileTable(table.path(tableFile), columns, {
    ...options,
    ...(exact ? { exactUpToRows: Number.MAX_SAFE_INTEGER } : {}),
  });
  const correlation = await correlateTable(table.path(tableFile), columns, { ...options, exact });
  const count = (value: number) => value.toLocaleString('en-US');
  const shown = (value: unknown) =>
    typeof value === 'number' && !Number.isInteger(value) ? String(Number(value.toPrecision(6))) : String(value ?? '');
  const lines = profiles.map(({ column, missing, distinct, min, max, mean, sd, top }) => [
    column.name,
    column.sqlType,
    `${count(missing)} missing`,
    `${count(distinct)} distinct`,
    top.length > 0
      ? top
          .slice(0, 3)
          .map(({ value }) => String(value).slice(0, 24))
          .join(', ')
      : `${shown(min)} … ${shown(max)}${mean === null ? '' : `, mean ${shown(mean)}, sd ${shown(sd)}`}`,
  ]);
  const [first] = profiles;
  const looked = first === undefined ? '' : `${count(first.sampled)} of ${count(first.rows)} rows`;
  context.output.result({ digest, columns: profiles, correlation }, `${looked}\n${textTable(lines)}`);
  return 0;
}

/** The one artifact whose digest begins so. */
async function findArtifact(artifacts: OpenStore['artifacts'], digest: string): Promise<ArtifactManifest> {
  const found = [];
  for await (const manifest of artifacts.list()) {
    if (digest !== '' && manifest.digest.startsWith(digest)) found.push(manifest);
  }
  const [manifest, another] = found;
  if (manifest === undefined) throw artifactNotFound(digest);
  if (another !== undefined) {
    throw new AppError('cli.usage', `${found.length} artifacts begin with ${digest}.`, {
      fix: 'Write more of the digest; see: slipway artifacts list',
    });
  }
  return manifest;
}

async function show(context: CommandContext, { artifacts }: OpenStore, digest: string): Promise<number> {
  const manifest = await findArtifact(artifacts, digest);
  const corrupt = await artifacts.verify(manifest.digest);
  const intact = corrupt.length === 0;
  const text = `${JSON.stringify(manifest, null, 2)}\n${intact ? 'All files are intact.' : `Damaged: ${corrupt.join(', ')}`}`;
  context.output.result({ artifact: manifest, intact, corrupt }, text);
  return intact ? 0 : 3;
}
