import type { engine } from '../client/engine-client.ts';

export type StoredVersion = Awaited<ReturnType<typeof engine.dataset.list>>[number];

/** A source with the versions of its content, newest first. */
export interface Dataset {
  id: string;
  /** Last part of where it is: a file, a table. */
  name: string;
  location: string;
  kind: string;
  versions: readonly StoredVersion[];
}

/** Versions by dataset, in the order they come. */
export function groupDatasets(versions: readonly StoredVersion[]): Dataset[] {
  const groups = new Map<string, StoredVersion[]>();
  for (const version of versions) {
    const group = groups.get(version.dataset);
    if (group === undefined) groups.set(version.dataset, [version]);
    else group.push(version);
  }
  return [...groups].flatMap(([id, members]) => {
    const [newest] = members;
    if (newest === undefined) return [];
    const { location, kind } = newest;
    return [{ id, name: shortName(location), location, kind, versions: members }];
  });
}

function shortName(location: string): string {
  const [first = location] = location.split(' · ');
  const last = location.split(' · ').at(-1) ?? location;
  const file = /[/\\]([^/\\]+)$/.exec(first)?.[1];
  return (file ?? last).slice(0, 60);
}

/** `DATASET@NUMBER`, the address of a version. */
export function addressOf(version: Pick<StoredVersion, 'dataset' | 'number'>): string {
  return `${version.dataset}@${version.number}`;
}

/** The dataset and version of an address; without a number, or with one that is gone, the newest. */
export function findVersion(
  datasets: readonly Dataset[],
  address: string,
): { dataset: Dataset; version: StoredVersion } | undefined {
  const [id = '', number] = address.split('@');
  const dataset = address === '' ? datasets[0] : datasets.find((candidate) => candidate.id === id);
  const version = dataset?.versions.find((candidate) => String(candidate.number) === number) ?? dataset?.versions[0];
  return dataset === undefined || version === undefined ? undefined : { dataset, version };
}
