import type { InputColumn, ModelManifest } from './signature.ts';

/**
 * The columns that a request carries: the model's inputs that are not read from the online store, and the keys that the
 * others are looked up by.
 */
export function requestColumns({ inputs, joined = [] }: Pick<ModelManifest, 'inputs' | 'joined'>): InputColumn[] {
  const looked = joinedColumnNames(joined);
  const carried = inputs.filter(({ name }) => !looked.has(name));
  const present = new Set(carried.map(({ name }) => name));
  const keys = new Map(
    joined.flatMap(({ view, keyColumns }) =>
      view.keys.map(({ name, type }): [string, InputColumn] => {
        const column = keyColumns[name] ?? name;
        return [column, { name: column, type }];
      }),
    ),
  );
  return [...carried, ...[...keys.values()].filter(({ name }) => !present.has(name))];
}

/** Columns that an endpoint reads from the online store where a request lacks them. */
export function joinedColumnNames(joined: ModelManifest['joined'] = []): Set<string> {
  return new Set(joined.flatMap(({ columns }) => Object.values(columns)));
}
