import { readFile } from 'node:fs/promises';
import { AppError } from '../../shared/errors/app-error.ts';
import { type ModelManifest, modelManifestSchema } from '../../shared/model/signature.ts';
import type { InputArtifact } from '../../shared/node/runner.ts';

/** `model.json` of a model. Errors: `artifact.corrupt`. */
export async function readModelManifest(model: InputArtifact): Promise<ModelManifest> {
  try {
    return modelManifestSchema.parse(JSON.parse(await readFile(model.path('model.json'), 'utf8')));
  } catch (cause) {
    throw new AppError('artifact.corrupt', `model.json of the model ${model.digest} cannot be read.`, {
      fix: 'Train the model again with --force.',
      cause,
    });
  }
}
