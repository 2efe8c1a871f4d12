import { AppError } from '../../../shared/errors/app-error.ts';
import { artifactNotFound } from '../../store/artifact-store.ts';
import { collectGarbage } from '../../store/collect-garbage.ts';
import type { Command, CommandContext } from '../command.ts';
import { type OpenStore, withStore } from '../open-store.ts';
import { textTable } from '../output.ts';

export const artifactsCommand: Command = {
  name: 'artifacts',
  summary: 'Lists stored results, shows one and checks its files, or removes what nothing needs.',
  usage: 'list | show DIGEST | gc [--max-size SIZE] [--dry-run]',
  positionals: 2,
  options: { 'max-size': { type: 'string' }, 'dry-run': { type: 'boolean' } },
  optionHelp: {
    'max-size': 'gc: keep no more than this, such as 20GB; pinned and registered results stay whatever it is',
    'dry-run': 'gc: say what would be removed, remove nothing',
  },
  run: (context) =>
    withStore(context, (store) => {
      const [action = 'list', digest] = context.positionals;
      if (action === 'list') return list(context, store);
      if (action === 'show' && digest !== undefined) return show(context, store, digest);
      if (action === 'gc') return gc(context, store);
      throw new AppError('cli.usage', 'Say "artifacts list", "artifacts show DIGEST" or "artifacts gc".');
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

/** Results of each node that `gc` keeps, so that the last changes can still be undone at once. */
const keptPerNode = 3;

async function gc(context: CommandContext, { artifacts, database }: OpenStore): Promise<number> {
  const dryRun = context.flag('dry-run');
  const collected = await collectGarbage(artifacts, database, {
    keepPerNode: keptPerNode,
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

async function show(context: CommandContext, { artifacts }: OpenStore, digest: string): Promise<number> {
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
  const corrupt = await artifacts.verify(manifest.digest);
  const intact = corrupt.length === 0;
  const text = `${JSON.stringify(manifest, null, 2)}\n${intact ? 'All files are intact.' : `Damaged: ${corrupt.join(', ')}`}`;
  context.output.result({ artifact: manifest, intact, corrupt }, text);
  return intact ? 0 : 3;
}
