import type { InferResult, PortShape } from '../node/define-node.ts';
import { nearMisses } from '../text/near-misses.ts';

/** Columns of the training table a trainer reads beside the features. */
interface TrainerColumns {
  label: string;
  /** Empty for none. */
  weight?: string;
  group?: string;
}

/** Problems of a trainer's columns and features that show before anything has run. Output: `model`. */
export function inferModel(inputs: Record<string, PortShape[]>, params: TrainerColumns): InferResult {
  const { label } = params;
  const problems: InferResult['problems'] = [];
  const features = (inputs['features'] ?? []).filter((shape) => shape.type === 'features');
  const columns = features[0]?.table.columns;
  if (label === '') {
    problems.push({
      field: 'label',
      message: 'No label column is chosen.',
      fix: 'Choose the column the model should predict.',
    });
  } else if (columns !== undefined) {
    const column = columns.find((candidate) => candidate.name === label);
    if (column === undefined) {
      const near = nearMisses(
        label,
        columns.map((candidate) => candidate.name),
      );
      problems.push({
        field: 'label',
        message: `The label column “${label}” is not in the training table.`,
        fix: near.length === 0 ? 'Choose a column of the training table.' : `Did you mean ${near.join(' or ')}?`,
      });
    } else if (column.type === 'timestamp' || column.type === 'tensor' || column.type === 'other') {
      problems.push({
        field: 'label',
        message: `The label “${label}” is ${column.sqlType}, which cannot be predicted.`,
        fix: 'Choose a number, a text or a true/false column.',
      });
    }
  }
  for (const field of ['weight', 'group'] as const) {
    const name = params[field] ?? '';
    if (name === '' || columns === undefined || columns.some((column) => column.name === name)) continue;
    const near = nearMisses(
      name,
      columns.map((column) => column.name),
    );
    problems.push({
      field,
      message: `The ${field} column “${name}” is not in the training table.`,
      fix: near.length === 0 ? 'Choose a column of the training table.' : `Did you mean ${near.join(' or ')}?`,
    });
  }
  for (const feature of features.flatMap((shape) => shape.columns)) {
    if (label !== '' && feature.sources.includes(label)) {
      problems.push({
        field: 'label',
        message: `The feature “${feature.name}” is made of the label “${label}”.`,
        fix: `Take “${label}” out of the feature steps: a model that sees its own answer learns nothing else.`,
      });
    }
    if (feature.text === true) {
      problems.push({
        field: 'features',
        message: `The feature “${feature.name}” is still text.`,
        fix: 'Put an Encode step between the imputation and the trainer.',
      });
    }
  }
  const model: PortShape = columns === undefined ? { type: 'model' } : { type: 'model', table: { columns } };
  return { outputs: { model }, problems };
}
