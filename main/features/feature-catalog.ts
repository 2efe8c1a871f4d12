import type { ModelVersion } from '../../shared/rpc/engine-contract.ts';
import type { CatalogService, FeatureCatalogView } from '../../shared/rpc/feature-schemas.ts';
import type { ArtifactStore } from '../store/artifact-store.ts';
import type { StoreDatabase } from '../store/database.ts';
import { joinedOfModel } from './joined-of-model.ts';
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
    versions.map(async (version) => ({ version, joined: await joinedOfModel(artifacts, version) })),
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

/** Versions of feature services with the models that were trained on them: by name, the newest version first. */
export async function serviceCatalog({
  artifacts,
  online,
  versions,
}: Omit<CatalogOptions, 'database'>): Promise<CatalogService[]> {
  const uses = await Promise.all(
    versions.map(async (version) => ({ version, joined: await joinedOfModel(artifacts, version) })),
  );
  return online.services.list().map(({ service, graphId, nodeId, createdMs, updatedMs }) => {
    const using = uses.filter(({ joined }) =>
      joined.some((view) => view.service?.name === service.name && view.service.version === service.version),
    );
    return {
      service,
      graphId,
      nodeId,
      createdMs,
      updatedMs,
      models: using.map(({ version }) => ({
        name: version.name,
        version: version.version,
        aliases: [...version.aliases],
      })),
    };
  });
}
