/** A field that apply would change. */
export interface FieldChange {
  /** E.g. `spec.replicas`. */
  path: string;
  before: unknown;
  after: unknown;
}

/** Fields the API server keeps for itself. */
const serverFields = new Set([
  'metadata.managedFields',
  'metadata.resourceVersion',
  'metadata.generation',
  'metadata.uid',
  'metadata.creationTimestamp',
  'status',
]);

/** Fields in which two states of an object differ; `undefined` where one has none. Lists are compared by position. */
export function objectDiff(before: unknown, after: unknown, path = ''): FieldChange[] {
  if (serverFields.has(path) || Object.is(before, after)) return [];
  if (!isContainer(before) || !isContainer(after) || Array.isArray(before) !== Array.isArray(after)) {
    return [{ path, before, after }];
  }
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].flatMap((name) => {
    const at = Array.isArray(after) ? `${path}[${name}]` : path === '' ? name : `${path}.${name}`;
    return objectDiff(before[name], after[name], at);
  });
}

function isContainer(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
