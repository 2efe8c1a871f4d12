import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubernetesObject } from './bundle.ts';
import type { ExportContext } from './export-context.ts';
import { buildOverlay, replaceImages } from './kustomize.ts';
import { exampleRegistry } from './names.ts';
import { renderBundle } from './targets.ts';
import { writeBundle } from './write-bundle.ts';

/**
 * Objects of a graph for a target as its example overlay gives them, with the image that is to be used. `store`: an address
 * in object storage that results go to, instead of a volume.
 */
export async function objectsOfGraph(
  context: ExportContext,
  target: string,
  image: string,
  options: { store?: string } = {},
): Promise<KubernetesObject[]> {
  const dir = await mkdtemp(join(tmpdir(), 'slipway-bundle-'));
  try {
    await writeBundle(renderBundle(target, context), dir);
    const objects = await buildOverlay(
      join(dir, 'overlays', options.store === undefined ? 'example' : 'object-storage'),
    );
    const [name = '', digest] = image.split('@');
    const colon = name.lastIndexOf(':');
    const tagged = digest === undefined && colon > name.lastIndexOf('/');
    const change = {
      newName: tagged ? name.slice(0, colon) : name,
      ...(digest === undefined ? { newTag: tagged ? name.slice(colon + 1) : 'latest' } : { digest }),
    };
    for (const object of objects)
      replaceImages(object, { ...change, name: (image) => image.startsWith(`${exampleRegistry}/`) });
    for (const object of objects) {
      const data = object['data'] as Record<string, string> | undefined;
      if (object.kind === 'ConfigMap' && data?.['SLIPWAY_STORE'] !== undefined && options.store !== undefined) {
        data['SLIPWAY_STORE'] = options.store;
        if (data['SLIPWAY_REQUESTS'] !== undefined) data['SLIPWAY_REQUESTS'] = below(options.store, 'requests');
      }
    }
    return objects;
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** A folder below an address, in front of its query. */
function below(address: string, folder: string): string {
  const query = address.indexOf('?');
  const [path, rest] = query === -1 ? [address, ''] : [address.slice(0, query), address.slice(query)];
  return `${path.replace(/\/+$/, '')}/${folder}${rest}`;
}
