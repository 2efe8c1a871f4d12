import { readFile } from 'node:fs/promises';
import { AppError } from '../../shared/errors/app-error.ts';
import {
  type ExplanationReport,
  explanationFile,
  explanationReportSchema,
} from '../../shared/model/explanation-report.ts';
import { modelBytesOf } from '../../shared/model/model-form.ts';
import { type ModelManifest, modelManifestSchema } from '../../shared/model/signature.ts';
import type { InputArtifact } from '../../shared/node/runner.ts';
import type { ArtifactStore } from '../store/artifact-store.ts';
import { type Lineage, readLineage } from './lineage.ts';
import type { ModelCatalog } from './model-catalog.ts';

/** All that is known of a registered version. */
export interface ModelFacts {
  version: ReturnType<ModelCatalog['version']>;
  /** Description and tags of the name. */
  model: { description: string; tags: Record<string, string> };
  manifest: ModelManifest;
  /** On held-out rows; undefined where the version was registered without. */
  explanation: ExplanationReport | undefined;
  sizeBytes: number;
  lineage: Lineage;
}

/** @param reference `NAME` (its champion, else its newest version), `NAME@ALIAS` or `NAME/VERSION`. Throws `model.not-found`, `artifact.not-found`. */
export async function readModelFacts(
  models: ModelCatalog,
  store: ArtifactStore,
  reference: string,
): Promise<ModelFacts> {
  const { name, version: number } = resolveReference(models, reference);
  const version = models.version(name, number);
  const artifact = await store.open(version.digest);
  if (artifact === undefined) {
    throw new AppError('artifact.not-found', `The files of ${name}/${number} are no longer in the store.`, {
      fix: 'Run its graph again.',
    });
  }
  const { description, tags } = models.get(name);
  return {
    version,
    model: { description, tags },
    manifest: modelManifestSchema.parse(JSON.parse(await readFile(artifact.path('model.json'), 'utf8'))),
    explanation: await readExplanation(artifact),
    sizeBytes: modelBytesOf(artifact.manifest),
    lineage: await readLineage(store, version.digest),
  };
}

async function readExplanation(artifact: InputArtifact): Promise<ExplanationReport | undefined> {
  if (!artifact.manifest.files.some(({ name }) => name === explanationFile)) return undefined;
  const parsed = explanationReportSchema.safeParse(JSON.parse(await readFile(artifact.path(explanationFile), 'utf8')));
  return parsed.success ? parsed.data : undefined;
}

function resolveReference(models: ModelCatalog, reference: string) {
  const uri = reference.startsWith('models:/') ? reference : `models:/${reference}`;
  if (/[@/]/.test(uri.slice('models:/'.length))) return models.registry.resolve(uri);
  const { versions } = models.get(uri.slice('models:/'.length));
  const chosen = versions.find(({ aliases }) => aliases.includes('champion')) ?? versions[0];
  return chosen ?? models.registry.resolve(`${uri}@champion`);
}
