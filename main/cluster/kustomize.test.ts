import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { KubernetesObject } from './bundle.ts';
import { buildOverlay, overlayFolder } from './kustomize.ts';
import { validateObjects } from './validate-objects.ts';
import { removeFolder } from '../../test/support/remove-folder.ts';

const bundles = join(import.meta.dirname, '..', '..', 'test', 'golden', 'bundles');

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'slipway-kustomize-'));
  cpSync(join(bundles, 'penguins-kubernetes'), dir, { recursive: true });
});
afterAll(() => removeFolder(dir));

function overlay(change: (text: string) => string): string {
  const path = join(dir, 'overlays/example/kustomization.yaml');
  const original = readFileSync(join(bundles, 'penguins-kubernetes/overlays/example/kustomization.yaml'), 'utf8');
  writeFileSync(path, change(original));
  return join(dir, 'overlays/example');
}

function images(objects: readonly KubernetesObject[]): Set<string> {
  return new Set([...JSON.stringify(objects).matchAll(/"image":"([^"]*)"/g)].map((match) => match[1] ?? ''));
}

function sorted(objects: readonly KubernetesObject[]): KubernetesObject[] {
  return objects.toSorted((a, b) => (`${a.kind}/${a.metadata.name}` < `${b.kind}/${b.metadata.name}` ? -1 : 1));
}

const cases = readdirSync(bundles).flatMap((bundle) =>
  readdirSync(join(bundles, bundle, 'overlays')).map((name) => ({ bundle, name })),
);
const hasKubectl = spawnSync('kubectl', ['version', '--client']).status === 0;

describe.skipIf(!hasKubectl)('gives the objects that kubectl kustomize gives', () => {
  it.each(cases)('$bundle $name', async ({ bundle, name }) => {
    const folder = join(bundles, bundle, 'overlays', name);
    const text = execFileSync('kubectl', ['kustomize', folder], { encoding: 'utf8' });
    const expected = parseAllDocuments(text).map((document) => document.toJS() as KubernetesObject);
    expect(sorted(await buildOverlay(folder))).toEqual(sorted(expected));
  });

  const withComponents = readdirSync(bundles).filter((bundle) => existsSync(join(bundles, bundle, 'components')));
  it('covers components', () => {
    expect(withComponents).toEqual(expect.arrayContaining(['penguins-kubernetes', 'penguins-argo', 'penguins-kserve']));
  });
  // Each scales the same Deployments; an overlay takes one of them.
  const variants = withComponents.flatMap((bundle) =>
    (existsSync(join(bundles, bundle, 'components/keda')) ? ['queue-time', 'keda'] : ['']).map((left) => ({
      bundle,
      left,
    })),
  );
  it.each(variants)('$bundle with all its components but $left', async ({ bundle, left }) => {
    const copy = mkdtempSync(join(tmpdir(), 'slipway-components-'));
    try {
      cpSync(join(bundles, bundle), copy, { recursive: true });
      const names = readdirSync(join(copy, 'components')).filter((name) => name !== left);
      const path = join(copy, 'overlays/example/kustomization.yaml');
      const lines = names.map((name) => `  - ../../components/${name}\n`).join('');
      writeFileSync(path, `${readFileSync(path, 'utf8')}components:\n${lines}`);
      const folder = join(copy, 'overlays/example');
      const text = execFileSync('kubectl', ['kustomize', folder], { encoding: 'utf8' });
      const expected = parseAllDocuments(text).map((document) => document.toJS() as KubernetesObject);
      const objects = await buildOverlay(folder);
      expect(sorted(objects)).toEqual(sorted(expected));
      expect(() => validateObjects(objects.filter(({ kind }) => kind === 'HorizontalPodAutoscaler'))).not.toThrow();
    } finally {
      await removeFolder(copy);
    }
  });
});

it('scales by queue time where a person takes the component, and by CPU all the same', async () => {
  const objects = await buildOverlay(overlay((text) => `${text}components: [../../components/queue-time]\n`));
  const scaler = objects.find(({ kind }) => kind === 'HorizontalPodAutoscaler')?.['spec'] as { metrics: unknown[] };
  expect(scaler.metrics).toEqual([
    expect.objectContaining({ type: 'Resource' }),
    {
      type: 'Pods',
      pods: {
        metric: { name: 'pipeline_inference_queue_time' },
        target: { type: 'AverageValue', averageValue: expect.stringMatching(/^\d+m$/) },
      },
    },
  ]);
});

it('takes the example overlay of a bundle, or the folder itself', () => {
  expect(overlayFolder(dir)).toBe(join(dir, 'overlays/example'));
  expect(overlayFolder(join(dir, 'overlays/object-storage'))).toBe(join(dir, 'overlays/object-storage'));
  expect(() => overlayFolder(tmpdir())).toThrow(expect.objectContaining({ code: 'bundle.invalid' }));
});

it('sets images by digest, also behind a registry with a port', async () => {
  const folder = overlay((text) =>
    text
      .replace('newTag: "0.1.0"', `digest: "sha256:${'a'.repeat(64)}"`)
      .replace('registry.example.com', 'localhost:5000'),
  );
  expect(images(await buildOverlay(folder))).toEqual(
    new Set([`localhost:5000/slipway-engine@sha256:${'a'.repeat(64)}`]),
  );
});

it('merges and patches what a person adds', async () => {
  const folder = overlay(
    (text) => `${text}patches:
  - target: { kind: HorizontalPodAutoscaler }
    patch: '[{"op":"replace","path":"/spec/maxReplicas","value":3}]'
  - patch: |
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: { name: penguins-store }
      spec: { storageClassName: nfs }
`,
  );
  const objects = await buildOverlay(folder);
  const spec = (kind: string) => objects.find((object) => object.kind === kind)?.['spec'];
  expect(spec('HorizontalPodAutoscaler')).toMatchObject({ maxReplicas: 3 });
  expect(spec('PersistentVolumeClaim')).toMatchObject({ storageClassName: 'nfs', accessModes: ['ReadWriteMany'] });
});

it.each([
  ['a field it does not know', 'commonLabels: { a: b }'],
  ['something from elsewhere', 'components: [https://example.com/component]'],
  ['a patch of nothing', `patches: [{ target: { kind: Gone }, patch: '[{"op":"remove","path":"/spec"}]' }]`],
  ['YAML that is none', 'patches: ['],
])('refuses %s', async (_name, line) => {
  await expect(buildOverlay(overlay((text) => `${text}${line}\n`))).rejects.toMatchObject({ code: 'bundle.invalid' });
});
