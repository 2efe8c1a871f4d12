import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { exportContextOf } from '../../main/cluster/context-of-graph.ts';
import { supportedTargets } from '../../main/cluster/supported-targets.ts';
import { renderBundle } from '../../main/cluster/targets.ts';
import { listTemplates } from '../../main/engine/templates.ts';
import { definitionOf } from '../../nodes/catalog.ts';
import { readGraphText } from '../../shared/graph/read-graph.ts';
import { withExampleModels } from '../support/example-models.ts';
import { mappedGraph, spreadGraph } from '../support/spread-graph.ts';

// UPDATE_GOLDEN=1 rewrites the expected bundles; the diff is then reviewed like code.
const update = process.env['UPDATE_GOLDEN'] === '1';
const expectedDir = join(dirname(fileURLToPath(import.meta.url)), 'bundles');

interface Workflow {
  spec?: { templates?: { dag?: { tasks: { name: string }[] } }[] };
}

function filesBelow(dir: string): string[] {
  if (!existsSync(dir)) return [];
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(dir, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .toSorted();
}

const templates = await listTemplates();
const contextOf = (text: string) => withExampleModels(exportContextOf(readGraphText(text, definitionOf)));
const composed = ['argo,kserve', 'triton,kserve'];
const spread = { id: 'spread', text: JSON.stringify(spreadGraph()) };
const mapped = { id: 'mapped', text: JSON.stringify(mappedGraph()) };
const cases = [
  ...templates.flatMap((template) =>
    [...supportedTargets(contextOf(template.text)), ...(template.id === 'penguins' ? composed : [])].map((target) => ({
      template,
      target,
    })),
  ),
  // Trials and folds in pods of their own, which no sample graph has.
  ...['kubernetes', 'argo'].map((target) => ({ template: spread, target })),
  { template: mapped, target: 'kubernetes' },
];

it('covers every sample graph', () => {
  expect(templates.map(({ id }) => id)).toEqual(expect.arrayContaining(['digits', 'flight-delays', 'penguins']));
});

it('refuses a retraining loop by name where servers cannot hand requests over', () => {
  const { text } = templates.find(({ id }) => id === 'closed-loop') ?? { text: '{}' };
  for (const target of ['ray', 'triton', 'triton-ensemble', 'torchserve']) {
    expect(() => renderBundle(target, contextOf(text))).toThrow(/node "(performance|retrain)".*monitor\./);
  }
});

describe.each(cases)('$template.id for $target', ({ template, target }) => {
  const render = () => renderBundle(target, contextOf(template.text));
  const dir = join(expectedDir, `${template.id}-${target.replace(',', '+')}`);

  it('is the expected bundle, byte for byte', () => {
    const { files } = render();
    if (update) {
      rmSync(dir, { recursive: true, force: true });
      for (const file of files) {
        mkdirSync(dirname(join(dir, file.path)), { recursive: true });
        writeFileSync(join(dir, file.path), file.bytes ?? file.text);
      }
    }
    expect(files.map(({ path }) => path).toSorted()).toEqual(filesBelow(dir));
    for (const file of files) {
      const expected = readFileSync(join(dir, file.path));
      if (file.bytes === undefined) expect(file.text, file.path).toBe(expected.toString('utf8'));
      else expect(expected.equals(file.bytes), file.path).toBe(true);
    }
  });

  it('is the same when rendered again', () => {
    expect(render()).toEqual(render());
  });

  it('is YAML that reads back as the listed objects', () => {
    const { files, objects } = render();
    const read = files
      .filter(({ path }) => path.startsWith('base/') && !path.endsWith('kustomization.yaml'))
      .flatMap(({ text }) => parseAllDocuments(text).map((document) => document.toJS() as Record<string, unknown>));
    const names = read.map((object) => `${String(object['kind'])}/${(object['metadata'] as { name: string }).name}`);
    expect(names.toSorted()).toEqual(objects.map(({ kind, name }) => `${kind}/${name}`).toSorted());
  });

  it.runIf(target.includes('argo'))('has tasks that Argo takes', () => {
    const { files } = render();
    const tasks = files
      .filter(({ path }) => path === 'base/workflow.yaml')
      .flatMap(({ text }) => parseAllDocuments(text).map((document) => document.toJS() as Workflow))
      .flatMap(({ spec }) => spec?.templates ?? [])
      .flatMap((one) => one.dag?.tasks ?? []);
    expect(tasks.length).toBeGreaterThan(0);
    for (const task of tasks) {
      // Argo refuses these: a name with a digit first, and both ways to name what comes before in one DAG.
      expect(task.name).toMatch(/^[a-z]/);
      expect(task).not.toHaveProperty('dependencies');
    }
  });
});
