import type { ModelVersion } from '../../shared/rpc/engine-contract.ts';

/** A registered model with its versions, newest first. */
export interface ModelGroup {
  name: string;
  versions: ModelVersion[];
  champion: ModelVersion | undefined;
}

/** Versions by model; models with the newest version first. */
export function groupModels(versions: readonly ModelVersion[]): ModelGroup[] {
  const names = [...new Set(versions.map((version) => version.name))];
  const groups = names.map((name): ModelGroup => {
    const own = versions.filter((version) => version.name === name).toSorted((a, b) => b.version - a.version);
    return { name, versions: own, champion: own.find((version) => version.aliases.includes('champion')) };
  });
  const newest = (group: ModelGroup) => Math.max(...group.versions.map((version) => version.createdMs));
  return groups.sort((a, b) => newest(b) - newest(a));
}

/** Metrics that any of the versions has, in the order of the first that has them. */
export function metricNames(versions: readonly ModelVersion[]): string[] {
  return [...new Set(versions.flatMap((version) => Object.keys(version.metrics)))];
}

/** Address part of a version: `flight-delays/7`. */
export function versionAddress(version: Pick<ModelVersion, 'name' | 'version'>): string {
  return `${version.name}/${version.version}`;
}

/** The model and version an address names; without a version the champion, else the newest. */
export function findVersion(groups: readonly ModelGroup[], address: string): ModelVersion | undefined {
  if (address === '') return groups[0]?.champion ?? groups[0]?.versions[0];
  const cut = address.lastIndexOf('/');
  const number = cut === -1 ? Number.NaN : Number(address.slice(cut + 1));
  const group = groups.find(
    (candidate) => candidate.name === (Number.isInteger(number) ? address.slice(0, cut) : address),
  );
  if (!group) return undefined;
  if (Number.isInteger(number)) return group.versions.find((version) => version.version === number);
  return group.champion ?? group.versions[0];
}
