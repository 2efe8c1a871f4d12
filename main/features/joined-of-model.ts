import { readFile } from 'node:fs/promises';
import type { JoinedView } from '../../shared/features/joined-view.ts';
import { modelManifestSchema } from '../../shared/model/signature.ts';
import type { ModelVersion } from '../../shared/rpc/engine-contract.ts';
import type { ArtifactStore } from '../store/artifact-store.ts';

/** The views that a model was trained on; empty for one without joined features, or whose files are gone. */
export async function joinedOfModel(
  artifacts: Pick<ArtifactStore, 'open'>,
  { digest }: Pick<ModelVersion, 'digest'>,
): Promise<JoinedView[]> {
  const artifact = await artifacts.open(digest);
  if (artifact === undefined) return [];
  const text = await readFile(artifact.path('model.json'), 'utf8').catch(() => '{}');
  return modelManifestSchema.safeParse(JSON.parse(text)).data?.joined ?? [];
}
