/** Where the image built from `resources/container/Containerfile` keeps Node and the engine. */
export const nodePath = '/opt/slipway/bin/node';
const command = [nodePath, '/opt/slipway/app/main/cli/slipway.ts'] as const;

/** Name in the manifests; the overlay replaces it by the registry's name and digest. */
export const imageName = 'slipway-engine';

/** The same with the libraries for NVIDIA GPUs, for the steps that have one. */
export const cudaImageName = 'slipway-engine-cuda';

/** A command is always stated: Argo would else ask the registry for the image's own. */
export function engineCommand(args: readonly string[]): { command: string[]; args: string[] } {
  return { command: [...command], args: [...args] };
}

/** An image is named by digest or version: what a node has need not be asked for again. */
export const imagePullPolicy = 'IfNotPresent';
