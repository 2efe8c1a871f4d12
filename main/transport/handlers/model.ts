import { modelCard } from '../../tracking/model-card.ts';
import { readFile } from 'node:fs/promises';
import { modelManifestSchema } from '../../../shared/model/signature.ts';
import type { ModelTrust } from '../../../shared/rpc/engine-contract.ts';
import { estimatorTrust, trustEstimator } from '../../compute/python/estimator-trust.ts';
import { artifactNotFound } from '../../store/artifact-store.ts';
import { ModelCatalog } from '../../tracking/model-catalog.ts';
import { compareModels } from '../../tracking/model-diff.ts';
import { readModelFacts } from '../../tracking/model-facts.ts';
import { rpc } from '../rpc-base.ts';
import type { Services } from '../services.ts';
import { modelLineage } from './model-lineage.ts';

/** Tags of the name, not of one of its versions. */
const ofModel = 0;

function notesOf(context: Services, name: string): { description: string; tags: Record<string, string> } {
  const { description, tags } = new ModelCatalog(context.engine.database).get(name);
  return { description, tags };
}

function factsOf(context: Services, name: string, version: number) {
  return readModelFacts(new ModelCatalog(context.engine.database), context.engine.store, `${name}/${version}`);
}

async function estimatorOf(context: Services, digest: string) {
  const artifact = await context.engine.store.open(digest);
  if (artifact === undefined) throw artifactNotFound(digest);
  return modelManifestSchema.parse(JSON.parse(await readFile(artifact.path('model.json'), 'utf8'))).python;
}

async function trustOf(context: Services, digest: string): Promise<ModelTrust> {
  const python = await estimatorOf(context, digest);
  if (python === undefined) return { estimator: null, trusted: null };
  const { sha256, type, interpreter, version } = python;
  return { estimator: { sha256, type, interpreter, version }, trusted: estimatorTrust(python)?.how ?? null };
}

export const modelHandlers = {
  list: rpc.model.list.handler(({ context }) => context.engine.registry.list()),
  setAlias: rpc.model.setAlias.handler(({ input, context }) =>
    context.engine.registry.setAlias(input.name, input.alias, input.version),
  ),
  rollback: rpc.model.rollback.handler(({ input, context }) =>
    context.engine.registry.rollback(input.name, input.alias),
  ),
  history: rpc.model.history.handler(({ input, context }) => context.engine.registry.history(input.name)),
  archive: rpc.model.archive.handler(({ input, context }) =>
    context.engine.registry.archive(input.name, input.version, input.archived),
  ),
  decide: rpc.model.decide.handler(({ input, context }) =>
    context.engine.registry.decide(input.name, input.version, input.decision),
  ),
  notes: rpc.model.notes.handler(({ input, context }) => notesOf(context, input.name)),
  setNotes: rpc.model.setNotes.handler(({ input, context }) => {
    const catalog = new ModelCatalog(context.engine.database);
    catalog.describe(input.name, input.description);
    for (const [tag, value] of Object.entries(input.tags)) {
      if (value.trim() === '') catalog.deleteTag(input.name, ofModel, tag);
      else catalog.setTag(input.name, ofModel, tag, value.trim());
    }
    return notesOf(context, input.name);
  }),
  card: rpc.model.card.handler(async ({ input, context }) => ({
    card: modelCard(await factsOf(context, input.name, input.version)),
  })),
  compare: rpc.model.compare.handler(async ({ input, context }) => {
    const {
      before: _before,
      after: _after,
      ...differences
    } = compareModels(
      await factsOf(context, input.name, input.before),
      await factsOf(context, input.name, input.after),
    );
    return differences;
  }),
  trust: rpc.model.trust.handler(({ input, context }) => trustOf(context, input.digest)),
  decideTrust: rpc.model.decideTrust.handler(async ({ input, context }) => {
    const python = await estimatorOf(context, input.digest);
    if (python !== undefined) trustEstimator(python, 'consented');
    return trustOf(context, input.digest);
  }),
  lineage: rpc.model.lineage.handler(async ({ input, context }) => {
    const { digest } = new ModelCatalog(context.engine.database).version(input.name, input.version);
    return modelLineage(context.engine.store, digest);
  }),
};
