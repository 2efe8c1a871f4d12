import { bringOnline } from '../../features/bring-online.ts';
import { featureCatalog, serviceCatalog } from '../../features/feature-catalog.ts';
import { featureHistory } from '../../features/feature-history.ts';
import { featureSkew } from '../../features/feature-skew.ts';
import { OnlineStore } from '../../features/online-store.ts';
import { listViews } from '../../features/view-catalog.ts';
import { artifactNotFound } from '../../store/artifact-store.ts';
import type { Services } from '../services.ts';
import { rpc } from '../rpc-base.ts';

export const featureHandlers = {
  list: rpc.feature.list.handler(({ context }) => catalogOf(context)),
  services: rpc.feature.services.handler(({ context: { engine } }) =>
    withOnline(engine.dataDir, (online) =>
      serviceCatalog({ artifacts: engine.store, online, versions: engine.registry.list() }),
    ),
  ),
  history: rpc.feature.history.handler(async ({ input, context, signal }) => {
    const artifact = await context.engine.store.open(input.digest);
    if (artifact === undefined) throw artifactNotFound(input.digest);
    return featureHistory(artifact, input.feature, signal);
  }),
  skew: rpc.feature.skew.handler(({ input, context, signal }) => {
    const { dataDir, database, store, registry } = context.engine;
    const options = { dataDir, database, artifacts: store, versions: registry.list(), view: input.name };
    return featureSkew(signal === undefined ? options : { ...options, signal });
  }),
  materialize: rpc.feature.materialize.handler(async ({ input, context }) => {
    const { engine } = context;
    const made = (await listViews(engine.database, engine.store)).filter(({ view }) => view.name === input.name);
    await bringOnline({
      joined: made.map(({ view, digest }) => ({ view, digest, keyColumns: {}, columns: {} })),
      dataDir: engine.dataDir,
      artifacts: engine.store,
      log: () => undefined,
      failOnError: true,
    });
    return catalogOf(context);
  }),
};

function catalogOf({ engine }: Services) {
  return withOnline(engine.dataDir, (online) =>
    featureCatalog({
      database: engine.database,
      artifacts: engine.store,
      online,
      versions: engine.registry.list(),
    }),
  );
}

async function withOnline<T>(dataDir: string, work: (online: OnlineStore) => Promise<T>): Promise<T> {
  const online = OnlineStore.open(dataDir);
  try {
    return await work(online);
  } finally {
    online.close();
  }
}
