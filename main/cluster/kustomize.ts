import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { AppError } from '../../shared/errors/app-error.ts';
import type { KubernetesObject } from './bundle.ts';

const operationSchema = z.strictObject({
  op: z.enum(['add', 'replace', 'remove']),
  path: z.string().startsWith('/'),
  value: z.unknown().optional(),
});

/** The fields a bundle's own kustomizations use, and the few a person is likely to add to an overlay. */
const kustomizationSchema = z.strictObject({
  apiVersion: z.string().optional(),
  kind: z.enum(['Kustomization', 'Component']).optional(),
  namespace: z.string().optional(),
  resources: z.array(z.string()).default([]),
  /** Folders whose kustomizations add to and patch what is there so far. */
  components: z.array(z.string()).default([]),
  images: z
    .array(
      z.strictObject({
        name: z.string(),
        newName: z.string().optional(),
        newTag: z.string().optional(),
        digest: z.string().optional(),
      }),
    )
    .default([]),
  /** Where custom kinds keep images; here they are found anywhere. */
  configurations: z.array(z.string()).default([]),
  patches: z
    .array(
      z.strictObject({
        target: z.strictObject({ kind: z.string(), name: z.string().optional() }).optional(),
        patch: z.string().optional(),
        path: z.string().optional(),
      }),
    )
    .default([]),
});

const objectSchema = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string() }),
});

const maxFileBytes = 16 * 1024 * 1024;
const maxDepth = 8;

/** The folder of a bundle that is applied: DIR itself where it is an overlay, else its `overlays/example`. */
export function overlayFolder(dir: string): string {
  const folder = resolve(dir);
  if (existsSync(join(folder, 'kustomization.yaml'))) return folder;
  const example = join(folder, 'overlays', 'example');
  if (existsSync(join(example, 'kustomization.yaml'))) return example;
  throw new AppError('bundle.invalid', `${dir} holds no kustomization.yaml and no overlays/example.`, {
    fix: 'Name the folder of a bundle that slipway export wrote, or one of its overlays.',
  });
}

/** Objects of an overlay, as `kubectl kustomize` gives them for what bundles use. Throws `bundle.invalid`. */
export async function buildOverlay(folder: string): Promise<KubernetesObject[]> {
  return build(resolve(folder), maxDepth);
}

/** `present`: objects that a component adds to and patches. */
async function build(
  folder: string,
  depth: number,
  present: readonly KubernetesObject[] = [],
): Promise<KubernetesObject[]> {
  if (depth === 0) throw invalid(folder, 'its kustomizations refer to each other');
  const file = join(folder, 'kustomization.yaml');
  const parsed = kustomizationSchema.safeParse((await readYaml(file))[0]);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw invalid(file, `${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim());
  }
  const kustomization = parsed.data;
  let objects: KubernetesObject[] = [...present];
  for (const resource of kustomization.resources) {
    if (/^[a-z]+:\/\//.test(resource)) throw invalid(file, `it loads ${resource} from elsewhere`);
    const path = resolve(folder, resource);
    const isFolder = await stat(path).then(
      (found) => found.isDirectory(),
      () => false,
    );
    if (isFolder) objects.push(...(await build(path, depth - 1)));
    else objects.push(...(await readObjects(path)));
  }
  for (const component of kustomization.components) {
    if (/^[a-z]+:\/\//.test(component)) throw invalid(file, `it loads ${component} from elsewhere`);
    objects = await build(resolve(folder, component), depth - 1, objects);
  }
  for (const patch of kustomization.patches) {
    const documents =
      patch.path === undefined ? parseYaml(patch.patch ?? '', file) : await readYaml(resolve(folder, patch.path));
    for (const document of documents) objects = applyPatch(objects, patch.target, document, file);
  }
  for (const object of objects) {
    for (const image of kustomization.images) replaceImages(object, image);
    if (kustomization.namespace !== undefined) setNamespace(object, kustomization.namespace);
  }
  return objects;
}

/** As kustomize does: objects, the Namespace itself, and the subjects of bindings. */
export function setNamespace(object: KubernetesObject, namespace: string): void {
  if (object.kind === 'Namespace') {
    object.metadata.name = namespace;
    return;
  }
  (object.metadata as { namespace?: string }).namespace = namespace;
  for (const subject of (object['subjects'] as { kind: string; namespace?: string }[] | undefined) ?? []) {
    if (subject.kind === 'ServiceAccount') subject.namespace = namespace;
  }
}

async function readObjects(path: string): Promise<KubernetesObject[]> {
  return (await readYaml(path)).map((value) => {
    const parsed = objectSchema.safeParse(value);
    if (!parsed.success) throw invalid(path, 'it holds something that is no Kubernetes object');
    return value as KubernetesObject;
  });
}

async function readYaml(path: string): Promise<unknown[]> {
  try {
    if ((await stat(path)).size > maxFileBytes) throw invalid(path, 'it is larger than 16 MiB');
    return parseYaml(await readFile(path, 'utf8'), path);
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw invalid(path, `it cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}

function parseYaml(text: string, path: string): unknown[] {
  return parseAllDocuments(text).flatMap((document) => {
    const [problem] = document.errors;
    if (problem !== undefined) throw invalid(path, problem.message);
    const value: unknown = document.toJS({ maxAliasCount: 100 });
    return value === null || value === undefined ? [] : [value];
  });
}

function applyPatch(
  objects: readonly KubernetesObject[],
  target: { kind: string; name?: string | undefined } | undefined,
  patch: unknown,
  file: string,
): KubernetesObject[] {
  const matches = (object: KubernetesObject, kind: string, name: string | undefined) =>
    object.kind === kind && (name === undefined || object.metadata.name === name);
  if (Array.isArray(patch)) {
    if (target === undefined) throw invalid(file, 'a JSON patch names no target');
    const operations = z.array(operationSchema).safeParse(patch);
    if (!operations.success) throw invalid(file, 'a JSON patch uses more than add, replace and remove');
    const chosen = objects.filter((object) => matches(object, target.kind, target.name));
    if (chosen.length === 0)
      throw invalid(file, `a patch changes ${target.kind}/${target.name ?? '*'}, which is not there`);
    for (const object of chosen) for (const operation of operations.data) changeAt(object, operation, file);
    return [...objects];
  }
  const merge = objectSchema.safeParse(patch);
  if (!merge.success) throw invalid(file, 'a patch is neither a JSON patch nor an object');
  const { kind, metadata } = merge.data;
  if (!objects.some((object) => matches(object, kind, metadata.name))) {
    throw invalid(file, `a patch changes ${kind}/${metadata.name}, which is not there`);
  }
  if (merge.data['$patch'] === 'delete') return objects.filter((object) => !matches(object, kind, metadata.name));
  for (const object of objects) if (matches(object, kind, metadata.name)) mergeInto(object, merge.data, file);
  return [...objects];
}

function changeAt(object: KubernetesObject, operation: z.infer<typeof operationSchema>, file: string): void {
  const parts = operation.path
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  const last = parts.pop() ?? '';
  let place: unknown = object;
  for (const part of parts)
    place = Object.hasOwn(Object(place), part) ? (place as Record<string, unknown>)[part] : undefined;
  if (typeof place !== 'object' || place === null || last === '__proto__') {
    throw invalid(
      file,
      `a patch changes ${operation.path} of ${object.kind}/${object.metadata.name}, which is not there`,
    );
  }
  if (Array.isArray(place)) {
    const index = last === '-' ? place.length : Number(last);
    if (operation.op === 'add') place.splice(index, 0, operation.value);
    else if (operation.op === 'remove') place.splice(index, 1);
    else place[index] = operation.value;
  } else if (operation.op === 'remove') delete (place as Record<string, unknown>)[last];
  else (place as Record<string, unknown>)[last] = operation.value;
}

/** Merges fields; a list would need the kind's own merge keys. */
function mergeInto(target: Record<string, unknown>, patch: Record<string, unknown>, file: string): void {
  for (const [name, value] of Object.entries(patch)) {
    if (name === '__proto__') continue;
    const present = target[name];
    if (value === null) delete target[name];
    else if (Array.isArray(value)) {
      throw invalid(file, `a patch merges the list ${name}; write it as a JSON patch, or use kubectl apply -k`);
    } else if (typeof value === 'object' && typeof present === 'object' && present !== null) {
      mergeInto(present as Record<string, unknown>, value as Record<string, unknown>, file);
    } else target[name] = value;
  }
}

interface ImageChange {
  /** Which images: by name without tag and digest. */
  name: string | ((image: string) => boolean);
  newName?: string | undefined;
  newTag?: string | undefined;
  digest?: string | undefined;
}

/** Replaces images anywhere in an object, under the keys `image` of `containers`, `initContainers` and templates. */
export function replaceImages(value: unknown, change: ImageChange): void {
  if (Array.isArray(value)) for (const entry of value) replaceImages(entry, change);
  else if (typeof value === 'object' && value !== null) {
    for (const [name, entry] of Object.entries(value)) {
      if (name !== 'image' || typeof entry !== 'string') replaceImages(entry, change);
      else {
        const image = nameOfImage(entry);
        if (typeof change.name === 'string' ? image !== change.name : !change.name(image)) continue;
        const suffix =
          change.digest === undefined
            ? change.newTag === undefined
              ? entry.slice(image.length)
              : `:${change.newTag}`
            : `@${change.digest}`;
        (value as Record<string, unknown>)[name] = `${change.newName ?? image}${suffix}`;
      }
    }
  }
}

/** Without tag and digest; a port of the registry is no tag. */
function nameOfImage(image: string): string {
  const name = image.split('@')[0] ?? '';
  const colon = name.lastIndexOf(':');
  return colon > name.lastIndexOf('/') ? name.slice(0, colon) : name;
}

function invalid(file: string, reason: string): AppError {
  return new AppError('bundle.invalid', `${file} cannot be used: ${reason}.`, {
    fix: 'Export the bundle again, or apply it with kubectl apply -k.',
  });
}
