import { AppError } from '../../../shared/errors/app-error.ts';
import { ApiFailure } from './api-failure.ts';
import type { ClusterClient } from './cluster-client.ts';

/** A kind as the cluster offers it. */
export interface Resource {
  apiVersion: string;
  kind: string;
  /** E.g. `deployments`. */
  plural: string;
  namespaced: boolean;
}

export interface ResourceFinder {
  /** Undefined when the cluster does not know the kind in this version. */
  find(apiVersion: string, kind: string): Promise<Resource | undefined>;
  /** As `find`; throws `cluster.missing-crd`. */
  require(apiVersion: string, kind: string): Promise<Resource>;
}

interface ApiResourceList {
  resources: { name: string; kind: string; namespaced: boolean }[];
}

const installHints: Record<string, string> = {
  'argoproj.io': 'Install Argo Workflows 4, or export with --target kubernetes.',
  'serving.kserve.io': 'Install KServe, or export with --target kubernetes.',
  'keda.sh': 'Install KEDA.',
  'monitoring.coreos.com': 'Install the Prometheus operator.',
  'ray.io': 'Install KubeRay.',
};

/** Asks the cluster once for each group and version. */
export function createResourceFinder(client: ClusterClient): ResourceFinder {
  const lists = new Map<string, Promise<ApiResourceList | undefined>>();

  function list(apiVersion: string): Promise<ApiResourceList | undefined> {
    let known = lists.get(apiVersion);
    if (known === undefined) {
      known = client.json<ApiResourceList>({ path: rootOf(apiVersion) }).catch((error: unknown) => {
        if (error instanceof ApiFailure && error.statusCode === 404) return undefined;
        lists.delete(apiVersion);
        throw error;
      });
      lists.set(apiVersion, known);
    }
    return known;
  }

  async function find(apiVersion: string, kind: string): Promise<Resource | undefined> {
    // Subresources are listed under their kind too, as `deployments/scale`.
    const entry = (await list(apiVersion))?.resources.find((one) => one.kind === kind && !one.name.includes('/'));
    return entry === undefined ? undefined : { apiVersion, kind, plural: entry.name, namespaced: entry.namespaced };
  }

  return {
    find,
    require: async (apiVersion, kind) => {
      const found = await find(apiVersion, kind);
      if (found !== undefined) return found;
      const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
      throw new AppError(
        'cluster.missing-crd',
        `The cluster ${client.context} does not know ${kind} (${apiVersion}).`,
        {
          fix: installHints[group] ?? 'The cluster is too old for this bundle, or a custom resource is not installed.',
          details: { apiVersion, kind },
        },
      );
    },
  };
}

function rootOf(apiVersion: string): string {
  return apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}

/** Path of a kind's list, or of one object. */
export function resourcePath(resource: Resource, namespace: string, name?: string): string {
  const scope = resource.namespaced ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  const object = name === undefined ? '' : `/${encodeURIComponent(name)}`;
  return `${rootOf(resource.apiVersion)}${scope}/${resource.plural}${object}`;
}
