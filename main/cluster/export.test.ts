import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { definitionOf } from '../../nodes/catalog.ts';
import { AppError } from '../../shared/errors/app-error.ts';
import { readGraphText } from '../../shared/graph/read-graph.ts';
import type { Plan, PlanStep } from '../../shared/plan/plan.ts';
import type { KubernetesObject } from './bundle.ts';
import { exportContextOf } from './context-of-graph.ts';
import type { ExportContext } from './export-context.ts';
import { lintObjects } from './lint-objects.ts';
import { renderBundle } from './targets.ts';
import { validateObjects } from './validate-objects.ts';
import { toYaml } from './yaml-text.ts';

function step(id: string, kind: string, params: Record<string, unknown>, inputs: PlanStep['inputs'] = {}): PlanStep {
  return { id, kind, version: 1, title: id, params, inputs, outputs: [] };
}

function context(steps: PlanStep[], services: PlanStep[] = []) {
  const plan: Plan = {
    format: 'slipway/plan',
    formatVersion: 1,
    graph: { id: 'graph', name: 'Graph' },
    steps,
    services,
  };
  return { plan, definitionOf, version: '0.1.0' };
}

function codeOf(run: () => unknown): { code: string; nodeId: string | undefined } {
  try {
    run();
  } catch (error) {
    if (error instanceof AppError) return { code: error.code, nodeId: error.nodeId };
    throw error;
  }
  return { code: 'none', nodeId: undefined };
}

interface Template {
  name: string;
  dag?: {
    tasks: {
      name: string;
      template: string;
      depends?: string;
      arguments?: { parameters: { value: string }[] };
    }[];
  };
}

/** With steps, a registered model and an endpoint. */
function penguins(): ExportContext {
  const path = fileURLToPath(new URL('../../resources/templates/penguins.slipway.json', import.meta.url));
  return exportContextOf(readGraphText(readFileSync(path, 'utf8'), definitionOf));
}

const samplePath = 'pkg:vega-datasets/data/penguins.json';

describe('kubernetes', () => {
  it('refuses a file of this machine and names the node', () => {
    const local = step('sales', 'data.file', { path: '/home/me/sales.csv' });
    expect(codeOf(() => renderBundle('kubernetes', context([local])))).toEqual({
      code: 'export.unsupported',
      nodeId: 'sales',
    });
  });

  it('refuses a Python script and names the node', () => {
    const script = step('mine', 'train.python', { script: 'model = 1' });
    expect(codeOf(() => renderBundle('kubernetes', context([script])))).toEqual({
      code: 'export.unsupported',
      nodeId: 'mine',
    });
  });

  it('takes secrets of nodes from a Secret, and says how to make it', () => {
    const source = { secret: 'PG_PASSWORD' };
    const steps = [
      step('orders', 'data.postgres', { host: 'db', database: 'd', user: 'u', password: source, table: 't' }),
      step('clean', 'data.sql', { query: 'select 1' }, { input: [{ step: 'orders', port: 'table' }] }),
    ];
    const { files } = renderBundle('kubernetes', context(steps));
    const run = files.find((file) => file.path === 'base/run.yaml')?.text ?? '';
    // The second step asks whether the database has changed, too.
    expect(run.match(/name: "SLIPWAY_SECRET_PG_PASSWORD"/g)).toHaveLength(2);
    expect(run).toMatch(
      /secretKeyRef:\s+key: "PG_PASSWORD"\s+name: "graph-secrets"|secretKeyRef:\s+name: "graph-secrets"\s+key: "PG_PASSWORD"/,
    );
    expect(files.find((file) => file.path === 'README.md')?.text).toContain('secret generic graph-secrets');
  });

  it('refuses an endpoint whose model is not registered', () => {
    const steps = [step('trees', 'train.trees', {})];
    const endpoint = step('live', 'serve.endpoint', { name: '' }, { model: [{ step: 'trees', port: 'model' }] });
    expect(codeOf(() => renderBundle('kubernetes', context(steps, [endpoint])))).toEqual({
      code: 'export.unsupported',
      nodeId: 'live',
    });
  });

  it('gives 500 steps a container each, under names that are labels and differ', () => {
    const steps = Array.from({ length: 500 }, (_, i) => step(`step_${i}`, 'data.file', { path: samplePath }));
    const { files } = renderBundle('kubernetes', context(steps));
    const run = files.find((file) => file.path === 'base/run.yaml')?.text ?? '';
    const names = [...run.matchAll(/^ +- name: "(\d+-step[a-z0-9-]*)"$/gm)].map((match) => match[1]);
    expect(new Set(names).size).toBe(500);
  });

  it('keeps 500 steps within the limits of a WorkflowTemplate, whatever follows after what it needs', () => {
    const steps = Array.from({ length: 500 }, (_, i) =>
      step(
        `step_${i}`,
        'data.sql',
        { query: 'SELECT 1' },
        i < 3 ? {} : { input: [{ step: `step_${i - 3}`, port: 'table' }] },
      ),
    );
    const text =
      renderBundle('argo', context(steps)).files.find(({ path }) => path === 'base/workflow.yaml')?.text ?? '';
    const template = parseAllDocuments(text)
      .map((document) => document.toJS() as { kind: string; spec: { templates: Template[] } })
      .find(({ kind }) => kind === 'WorkflowTemplate');
    const templates = new Map((template?.spec.templates ?? []).map((one) => [one.name, one]));
    expect(templates.size).toBeLessThanOrEqual(200);
    const order: string[] = [];
    const visit = (name: string): void => {
      const done = new Set<string>();
      const tasks = templates.get(name)?.dag?.tasks ?? [];
      expect(tasks.length).toBeLessThanOrEqual(200);
      for (const task of tasks) {
        for (const before of task.depends?.split(' && ') ?? []) expect(done).toContain(before);
        done.add(task.name);
        const stepId = task.arguments?.parameters[0]?.value;
        if (stepId === undefined) visit(task.template);
        else order.push(stepId);
      }
    };
    visit('graph');
    expect(order).toEqual(steps.map(({ id }) => id));
  });

  it('opens the network for steps that read from other machines, and for nothing else', () => {
    const text = (steps: PlanStep[]) =>
      renderBundle('argo', context(steps)).files.find(({ path }) => path === 'base/shared.yaml')?.text ?? '';
    expect(text([step('penguins', 'data.file', { path: samplePath })])).not.toContain('graph-sources');
    for (const outside of [
      step('orders', 'data.postgres', { host: 'db', database: 'shop', user: 'me', query: 'SELECT 1' }),
      step('prices', 'data.file', { path: 'https://example.org/prices.csv' }),
    ]) {
      expect(text([outside])).toContain('name: "graph-sources"');
    }
  });

  it.each([
    ['a Python script', 'data.python', { script: 'x' }, ['kubernetes', 'argo', 'kserve']],
    ['pushed events', 'data.stream', { source: 'push' }, ['kubernetes', 'argo', 'kserve', 'ray']],
  ])('refuses %s by node', (_name, kind, params, targets) => {
    for (const target of targets) {
      expect(codeOf(() => renderBundle(target, context([step('odd', kind, params)])))).toEqual({
        code: 'export.unsupported',
        nodeId: 'odd',
      });
    }
  });

  it('takes names that are no DNS labels, in any script, and keeps them apart', () => {
    const { objects, files } = renderBundle('argo', {
      ...context([step('a', 'data.file', { path: samplePath }), step('b_c', 'data.file', { path: samplePath })]),
      bundleId: 'Verspätete Flüge — 遅延 🛫',
    });
    for (const { name, kind } of objects) {
      if (kind !== 'Secret') expect(name).toMatch(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/);
    }
    expect(new Set(objects.map(({ kind, name }) => `${kind}/${name}`)).size).toBe(objects.length);
    expect(files.find(({ path }) => path === 'base/workflow.yaml')?.text).toContain('--step');
  });

  it.each(['kubernetes', 'kserve', 'argo,kserve', 'ray'])('%s: names of Services begin with a letter', (target) => {
    const { objects } = renderBundle(target, { ...penguins(), bundleId: '2024-penguins' });
    const named = objects.filter(({ kind }) => /^(Service|InferenceService|InferenceGraph|RayService)$/.test(kind));
    expect(named.length).toBeGreaterThan(0);
    for (const { name } of named) expect(name).toMatch(/^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/);
  });

  it('refuses a pinned step', () => {
    const pinned = { ...step('penguins', 'data.file', { path: samplePath }), pinned: true as const };
    expect(codeOf(() => renderBundle('argo', context([pinned])))).toEqual({
      code: 'export.unsupported',
      nodeId: 'penguins',
    });
  });

  it('asks for a GPU where the node names one, and lets the pod run where GPUs are', () => {
    const trained = { ...step('net', 'train.mlp', { label: 'x' }), device: 'cuda' };
    for (const target of ['kubernetes', 'argo']) {
      const text = renderBundle(target, context([trained]))
        .files.map((file) => file.text)
        .join('');
      expect(text).toContain('nvidia.com/gpu: "1"');
      expect(text).toContain('key: "nvidia.com/gpu"');
    }
  });

  it('asks for a MIG profile, machines and temporary room as the node says', () => {
    const resources = {
      gpu: { resource: 'nvidia.com/mig-1g.5gb', count: 2 },
      nodeSelector: { 'nvidia.com/gpu.product': 'A100' },
      ephemeralStorageBytes: 20 * 2 ** 30,
    };
    const trained = { ...step('net', 'train.mlp', { label: 'x' }), resources };
    for (const target of ['kubernetes', 'argo', 'ray']) {
      const text = renderBundle(target, context([trained]))
        .files.map((file) => file.text)
        .join('');
      expect(text, target).toContain('nvidia.com/mig-1g.5gb: "2"');
      expect(text, target).toContain('nvidia.com/gpu.product: "A100"');
      expect(text, target).toContain('key: "nvidia.com/gpu"');
      if (target === 'ray') expect(text).toContain('num-gpus: "2"');
      else expect(text, target).toContain('ephemeral-storage: "20Gi"');
    }
  });

  it('gives Ray a pod for each worker of a step that trains on several, and refuses it elsewhere', () => {
    const params = { label: 'x', trainer: 'torch', workers: 4, cpusPerWorker: 6, gpusPerWorker: 1 };
    const trained = step('net', 'train.ray', params);
    const { files } = renderBundle('ray', context([trained]));
    const run = files.find(({ path }) => path === 'base/run.yaml')?.text ?? '';
    expect(run).toContain('replicas: 4');
    expect(run).toContain('nvidia.com/gpu: "1"');
    expect(run).toContain('cpu: "6"');
    const image = files.find(({ path }) => path === 'Containerfile')?.text;
    expect(image).toContain('"ray[train]" lightgbm torch onnx');
    expect(codeOf(() => renderBundle('kubernetes', context([trained])))).toEqual({
      code: 'export.unsupported',
      nodeId: 'net',
    });
  });

  it('asks for what a step took, and a quarter more, under another name than before', () => {
    const net = step('net', 'train.mlp', { label: 'x' });
    const nodeSays = { ...step('told', 'train.mlp', { label: 'x' }), resources: { memoryBytes: 7 * 2 ** 30 } };
    const measured = new Map(
      [net, nodeSays].map(({ id }) => [id, { memoryBytes: 4 * 2 ** 30, meanCores: 1.3, peakCores: 9.2 }]),
    );
    const runOf = (given: ReturnType<typeof context> & { measured?: NonNullable<ExportContext['measured']> }) => {
      const text = renderBundle('kubernetes', given).files.find(({ path }) => path === 'base/run.yaml')?.text ?? '';
      return { text, name: /name: "(graph-run-[0-9a-f]+)"/.exec(text)?.[1] };
    };
    const plain = runOf(context([net, nodeSays]));
    const learned = runOf({ ...context([net, nodeSays]), measured });
    expect(learned.text).toContain('memory: "5120Mi"');
    expect(learned.text).toContain('memory: "10240Mi"');
    expect(learned.text).toContain('memory: "7168Mi"');
    expect(plain.text).not.toContain('memory: "5120Mi"');
    // 1.3 cores and a quarter, in steps of a quarter; as far as its busiest second.
    expect(learned.text).toContain('cpu: "1.75"');
    expect(learned.text).toContain('cpu: "12"');
    expect(plain.text).not.toContain('cpu: "1.75"');
    expect(learned.name).not.toBe(plain.name);
  });

  it('runs steps with an NVIDIA GPU in the image with CUDA where that is asked for', () => {
    const gpu = {
      ...step('net', 'train.mlp', { label: 'x' }),
      resources: { gpu: { resource: 'nvidia.com/mig-1g.5gb', count: 1 } },
    };
    const plain = step('other', 'train.mlp', { label: 'x' });
    const textOf = (path: string, cudaImage: boolean) =>
      renderBundle('kubernetes', { ...context([gpu, plain]), cudaImage }).files.find((file) => file.path === path)
        ?.text ?? '';
    expect(textOf('base/run.yaml', true).match(/image: .*/g)).toEqual([
      'image: "slipway-engine-cuda"',
      'image: "slipway-engine"',
    ]);
    expect(textOf('overlays/example/kustomization.yaml', true)).toContain(
      'newName: "registry.example.com/slipway-engine-cuda"',
    );
    expect(textOf('README.md', true)).toContain('slipway-engine-cuda');
    expect(textOf('base/run.yaml', false)).not.toContain('slipway-engine-cuda');
  });

  it('starts pods for the items of a map before the first of them, each with what the largest step asks for', () => {
    const rows = step('rows', 'data.file', { path: 'pkg:vega-datasets/data/penguins.json' });
    const inside = (item: string, node: string, from: string, memoryBytes: number): PlanStep => ({
      ...step(`each--${item}--${node}`, 'data.sql', { query: 'select 1' }, { input: [{ step: from, port: 'table' }] }),
      path: ['each', item, node],
      resources: { memoryBytes },
    });
    const items = ['a', 'b', 'c'].flatMap((item) => [
      inside(item, 'clean', 'rows', 2 ** 30),
      inside(item, 'mean', `each--${item}--clean`, 3 * 2 ** 30),
    ]);
    const objectsOf = (mostPods: number) =>
      renderBundle('kubernetes', { ...context([rows, ...items]), mostPods }).files.flatMap(({ path, text }) =>
        path === 'base/run.yaml' ? parseAllDocuments(text).map((one) => one.toJS() as Record<string, unknown>) : [],
      );
    const shared = objectsOf(2);
    const text = JSON.stringify(shared.find(({ kind }) => kind === 'CronJob'));
    expect(text).toContain('"--items","each"');
    expect(text).toContain('"$(SLIPWAY_SHARE)/2"');
    expect(text).toContain('"memory":"3072Mi"');
    const job = shared.find(({ kind }) => kind === 'Job') as {
      spec: { template: { spec: { initContainers: { name: string; args: string[] }[] } } };
    };
    expect(job.spec.template.spec.initContainers.map(({ name }) => name).slice(0, 3)).toEqual([
      '1-rows',
      'each-items',
      expect.stringMatching(/^2-each/),
    ]);
    expect(objectsOf(1).filter(({ kind }) => kind === 'CronJob')).toEqual([]);
  });

  describe('trials and folds', () => {
    const search = step('search', 'train.search', { label: 'x', trials: 4 });
    const folds = step('folds', 'train.cross-validate', { folds: 3 }, { model: [{ step: 'search', port: 'model' }] });
    const objectsOf = (target: string, mostPods?: number) => {
      const given = { ...context([search, folds]), ...(mostPods === undefined ? {} : { mostPods }) };
      return renderBundle(target, given)
        .files.filter(({ path }) => /^base\/(run|workflow)\.yaml$/.test(path))
        .flatMap(({ text }) => parseAllDocuments(text).map((document) => document.toJS() as KubernetesObject));
    };

    it('are indexed Jobs that the run starts before the step, and only the starter has a token', () => {
      const objects = objectsOf('kubernetes');
      const templates = objects.filter(({ kind }) => kind === 'CronJob');
      expect(templates.map((one) => one['spec'])).toMatchObject([
        { suspend: true, jobTemplate: { spec: { completionMode: 'Indexed', completions: 4, parallelism: 4 } } },
        { suspend: true, jobTemplate: { spec: { completionMode: 'Indexed', completions: 3, parallelism: 3 } } },
      ]);
      expect(JSON.stringify(templates[1])).toContain('$(SLIPWAY_SHARE)/3');
      const job = objects.find(({ kind }) => kind === 'Job')?.['spec'] as {
        template: {
          spec: Record<'initContainers' | 'containers', { name: string; volumeMounts: { name: string }[] }[]>;
        };
      };
      const containers = [...job.template.spec.initContainers, ...job.template.spec.containers];
      const withToken = containers.filter(({ volumeMounts }) => volumeMounts.some(({ name }) => name === 'account'));
      expect(containers.map(({ name }) => name)).toEqual(['1-search-shares', '1-search', '2-folds-shares', '2-folds']);
      expect(withToken.map(({ name }) => name)).toEqual(['1-search-shares', '2-folds-shares']);
      expect(objects.find(({ kind }) => kind === 'Role')).toMatchObject({
        rules: [{ resourceNames: ['graph-1-search-shares', 'graph-2-folds-shares'] }, { verbs: ['create', 'get'] }],
      });
    });

    it('have the secrets of the sources above wherever a step is looked at', () => {
      const source = { secret: 'PG_PASSWORD' };
      const orders = step('orders', 'data.postgres', {
        host: 'db',
        database: 'd',
        user: 'u',
        password: source,
        table: 't',
      });
      const { files } = renderBundle('kubernetes', context([orders, search, folds]));
      const run = files.find(({ path }) => path === 'base/run.yaml')?.text ?? '';
      const containers = run.match(/image: "slipway-engine"/g) ?? [];
      expect(containers).toHaveLength(7);
      expect(run.match(/name: "SLIPWAY_SECRET_PG_PASSWORD"/g)).toHaveLength(containers.length);
    });

    it('are a task with items before the step, which runs whatever became of them', () => {
      const template = objectsOf('argo').find(({ kind }) => kind === 'WorkflowTemplate')?.['spec'] as {
        templates: { dag?: { tasks: Record<string, unknown>[] } }[];
      };
      expect(template.templates[0]?.dag?.tasks).toMatchObject([
        { name: 'step-1-search-shares', withItems: ['0/4', '1/4', '2/4', '3/4'] },
        { depends: '(step-1-search-shares.Succeeded || step-1-search-shares.Failed || step-1-search-shares.Errored)' },
        { name: 'step-2-folds-shares', withItems: ['0/3', '1/3', '2/3'], depends: 'step-1-search' },
        { depends: expect.stringMatching(/^step-1-search && \(step-2-folds-shares\.Succeeded/) },
      ]);
    });

    it('are done by the step alone where one pod is all there may be', () => {
      expect(objectsOf('kubernetes', 1).filter(({ kind }) => kind === 'CronJob' || kind === 'Role')).toEqual([]);
      expect(JSON.stringify(objectsOf('argo', 1))).not.toContain('withItems');
      expect(JSON.stringify(objectsOf('argo', 2))).toContain('"withItems":["0/2","1/2"]');
    });
  });

  it('refuses a plan too large for a ConfigMap', () => {
    const big = step('big', 'data.sql', { query: 'x'.repeat(1_100_000) });
    expect(codeOf(() => renderBundle('kubernetes', context([big]))).code).toBe('export.unsupported');
  });
});

it('refuses objects that break their schema', () => {
  const broken: KubernetesObject = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'x' },
    spec: { ports: 'no' },
  };
  expect(codeOf(() => validateObjects([broken])).code).toBe('export.invalid-object');
});

it('finds names that point nowhere and containers without limits', () => {
  const job: KubernetesObject = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'job' },
    spec: {
      template: {
        spec: {
          serviceAccountName: 'nobody',
          containers: [{ name: 'a', volumeMounts: [{ name: 'gone' }] }],
          volumes: [{ name: 'plan', configMap: { name: 'missing' } }],
        },
      },
    },
  };
  const problems = lintObjects([job]).join('\n');
  for (const expected of [
    'ServiceAccount/nobody',
    'ConfigMap/missing',
    'no memory in its limits',
    'unknown volume gone',
  ]) {
    expect(problems).toContain(expected);
  }
});

it('finds a workflow whose pods a restricted namespace would refuse', () => {
  const workflow = (podSpecPatch: object) => ({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'WorkflowTemplate',
    metadata: { name: 'run' },
    spec: { podSpecPatch: JSON.stringify(podSpecPatch), templates: [] },
  });
  const good = { securityContext: { allowPrivilegeEscalation: false }, resources: { limits: { cpu: '1' } } };
  const init = [{ name: 'init', ...good }];
  expect(lintObjects([workflow({ initContainers: init, containers: [{ name: 'wait', ...good }] })])).toEqual([]);
  expect(lintObjects([workflow({ initContainers: init })])).toEqual([
    "WorkflowTemplate/run: Argo's container wait has no limits, or may escalate privileges",
  ]);
});

it('quotes every string scalar, so that n, y and 1e3 stay text', () => {
  const text = toYaml([{ answer: 'n', number: '1e3', count: 3 }]);
  expect(text).toBe('answer: "n"\nnumber: "1e3"\ncount: 3\n');
});

describe('kserve', () => {
  it('lets no canary scale, which KServe refuses, and says what its containers may use', () => {
    const { files } = renderBundle('kserve', penguins());
    const textOf = (path: string) => files.find((file) => file.path === path)?.text ?? '';
    const component = parseAllDocuments(textOf('components/canary/kustomization.yaml'))[0]?.toJS() as {
      patches: { patch: string }[];
    };
    const [operation] = JSON.parse(component.patches[0]?.patch ?? '[]') as {
      value: { predictor: Record<string, unknown> }[];
    }[];
    const canary = operation?.value[0]?.predictor ?? {};
    expect(canary).toMatchObject({ name: 'challenger', minReplicas: 1 });
    for (const field of ['maxReplicas', 'scaleMetric', 'scaleTarget']) expect(canary).not.toHaveProperty(field);
    const stable = parseAllDocuments(textOf('base/endpoint-endpoint.yaml'))
      .map((document) => document.toJS() as { kind: string; spec: { predictor: Record<string, unknown> } })
      .find(({ kind }) => kind === 'InferenceService')?.spec.predictor;
    expect(stable).toMatchObject({ minReplicas: 2, maxReplicas: 8, scaleMetric: 'cpu' });
    for (const { model } of [canary, stable ?? {}] as { model: unknown }[]) {
      expect(model).toMatchObject({ resources: { limits: { cpu: '2', memory: '1Gi' } } });
    }
  });
});
