import { AppError } from '../../shared/errors/app-error.ts';
import type { KubernetesObject } from './bundle.ts';
import { bundleIdOf } from './ownership.ts';

interface DeploymentSpec {
  template: { spec: { containers: { ports?: { name?: string; containerPort: number }[] }[] } };
}

/** Pods of an endpoint of a bundle, and their HTTP port. Throws `cli.usage` where the bundle has no such endpoint. */
export function podsOfEndpoint(
  objects: readonly KubernetesObject[],
  name: string | undefined,
): { name: string; labelSelector: string; podPort: number } {
  const endpoints = objects.flatMap((object) => {
    if (object.kind !== 'Deployment') return [];
    const { containers } = (object['spec'] as DeploymentSpec).template.spec;
    const port = containers.flatMap(({ ports = [] }) => ports).find((one) => one.name === 'http');
    return port === undefined ? [] : [{ name: object.metadata.name, podPort: port.containerPort }];
  });
  const found =
    name === undefined && endpoints.length === 1 ? endpoints[0] : endpoints.find((one) => one.name === name);
  if (found === undefined) {
    const names = endpoints.map((one) => one.name).join(', ');
    const what = name === undefined ? 'not one endpoint' : `no endpoint "${name}"`;
    throw new AppError('cli.usage', `The bundle has ${what} in a Deployment of its own.`, {
      fix: names === '' ? 'Use the Service that the target makes for it.' : `Name one of: ${names}.`,
    });
  }
  const labelSelector = `app.kubernetes.io/name=${bundleIdOf(objects)},app.kubernetes.io/component=${found.name}`;
  return { ...found, labelSelector };
}
