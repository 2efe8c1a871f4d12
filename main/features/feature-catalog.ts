import { readFile } from 'node:fs/promises';
import { type ModelManifest, modelManifestSchema } from '../../shared/model/signature.ts';
import type { ModelVersion } from '../../shared/rpc/engine-contract.ts';
import type { FeatureCatalogView } from '../../shared/rpc/feature-schemas.ts';
import type { ArtifactStore } from '../store/artifact-store.ts';
import type { StoreDatabase } from '../store/database.ts';
import type { OnlineStore } from './online-store.ts';
import { listViews } from './view-catalog.ts';

interface CatalogOptions {
  database: StoreDatabase;
  artifacts: ArtifactStore;
  online: OnlineStore;
  versions: readonly ModelVersion[];
}

/** Views that were made or pushed to, by name, with the models that use them. */
export async function featureCatalog(options: CatalogOptions): Promise<FeatureCatalogView[]> {
  const { database, artifacts, online, versions } = options;
  const made = await listViews(database, artifacts);
  const stored = online.summaries();
  const uses = await Promise.all(
    versions.map(async (version) => ({ version, joined: await joinedBy(artifacts, version) })),
  );
  const names = [...new Set([...made, ...stored].map(({ view }) => view.name))].toSorted();
  return names.flatMap((name) => {
    const latest = made.find(({ view }) => view.name === name);
    const present = stored.find(({ view }) => view.name === name);
    const view = latest?.view ?? present?.view;
    if (view === undefined) return [];
    const models = uses.flatMap(({ version, joined }) =>
      joined
        .filter((use) => use.view.name === name)
        .map(({ columns }) => ({
          name: version.name,
          version: version.version,
          aliases: [...version.aliases],
          features: Object.keys(columns),
        })),
    );
    return {
      view,
      made:
        latest === undefined
          ? null
          : {
              digest: latest.digest,
              rows: latest.rowCount ?? null,
              graphId: latest.graphId,
              nodeId: latest.nodeId,
              usedMs: latest.usedMs,
            },
      online:
        present === undefined
          ? null
          : {
              rows: present.rows,
              newestEventMs: present.newestEventUs === null ? null : Number(present.newestEventUs / 1000n),
              materializedMs: present.materializedMs,
              upToDate: latest === undefined || present.digest === latest.digest,
            },
      models,
    };
  });
}

/** Empty for a model without joined features, or whose files are gone. */
async function joinedBy(
  artifacts: ArtifactStore,
  { digest }: ModelVersion,
): Promise<NonNullable<ModelManifest['joined']>> {
  const artifact = await artifacts.open(digest);
  if (artifact === undefined) return [];
  const text = await readFile(artifact.path('model.json'), 'utf8').catch(() => '{}');
  return modelManifestSchema.safeParse(JSON.parse(text)).data?.joined ?? [];
}
