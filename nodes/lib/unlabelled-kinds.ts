import type { ModelManifest } from '../../shared/model/signature.ts';

/** Steps whose models learn without a label, by kind: what they find, as their title says. */
const finders: Readonly<Record<string, string>> = { 'train.cluster': 'Clusters', 'train.anomaly': 'Anomalies' };

/** Title of the step that found what the model gives, where no label was there to learn from. */
export function findsByItself({ trainer }: Pick<ModelManifest, 'trainer'>): string | undefined {
  return finders[trainer.kind];
}
