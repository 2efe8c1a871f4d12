import { readFile } from 'node:fs/promises';
import { AppError, toAppError } from '../../../shared/errors/app-error.ts';
import type { RunFinished } from '../../../shared/events/run-events.ts';
import { type Plan, planSchema } from '../../../shared/plan/plan.ts';
import type { SelectionOptions } from '../../engine/engine.ts';
import type { Share } from '../../engine/step-items.ts';
import { metricsOf, registrationOf } from '../../engine/registration.ts';
import { type ArtifactStore, createArtifactStore } from '../../store/artifact-store.ts';
import { copyStep } from '../../store/copy-step.ts';
import { makeDataDir, resolveDataDir } from '../../store/data-dir.ts';
import { driverOfUri } from '../../store/driver-of-uri.ts';
import { createStoreRegistry } from '../../store/store-registry.ts';
import type { Command, CommandContext } from '../command.ts';
import { diagnosticLines } from '../diagnostic-lines.ts';
import { describeFinished, exitCodeOf, followRun } from '../follow-run.ts';
import { withEngine } from '../open-engine.ts';
import { logOnly } from '../output.ts';
import { readGraphFile, requireGraphJson } from '../read-graph.ts';
import { selectionHelp, selectionOf, selectionOptions } from '../selection.ts';

export const runCommand: Command = {
  name: 'run',
  summary: 'Runs the data, feature and train part of a graph; what is up to date is not run again.',
  usage:
    'GRAPH [--to NODE] [--from NODE] [--force] [--set NODE.PARAM=VALUE]… [--target local|cluster|ray] | --plan FILE --step ID --store URI [--share INDEX/COUNT]',
  positionals: 1,
  options: {
    ...selectionOptions,
    target: { type: 'string' },
    plan: { type: 'string' },
    step: { type: 'string' },
    share: { type: 'string' },
    start: { type: 'string' },
    store: { type: 'string' },
    context: { type: 'string' },
    namespace: { type: 'string' },
    image: { type: 'string' },
  },
  optionHelp: {
    ...selectionHelp,
    target:
      'where to run: local (the default), cluster (Argo where it is installed, else a Job), or ray (a Ray on this machine, by the Python in SLIPWAY_PYTHON)',
    context: 'of the kubeconfig, with --target cluster; default is its current one',
    namespace: 'of the cluster; default is named after the graph',
    image: 'of the engine, as the cluster can pull it; default SLIPWAY_IMAGE',
    plan: 'run one step of this plan, as a pod does',
    step: 'which step of the plan',
    share: 'INDEX/COUNT: only this share of the trials or folds of the step, which the step then finds done',
    start: 'cronjob/NAME: only start its Job for the shares of the step in the cluster of this pod, and wait for it',
    store: 'where its inputs are and its results go: file:///FOLDER or s3://BUCKET/PREFIX; default SLIPWAY_STORE',
  },
  run(context) {
    if (context.text('plan') === undefined) return runGraph(context);
    refuseOptions(context, [...Object.keys(selectionOptions), 'target', ...clusterOptions], 'one step of a plan');
    const graph = context.positionals[0];
    if (graph === undefined) return runStep(context);
    throw new AppError('cli.usage', `Give ${graph} or --plan, not both.`, { fix: 'See: slipway run --help' });
  },
};

const clusterOptions = ['context', 'namespace', 'image'];

/** An option that would have no effect is a mistake: throws `cli.usage`. */
function refuseOptions(context: CommandContext, names: readonly string[], where: string): void {
  const given = names.find(
    (name) => context.flag(name) || context.text(name) !== undefined || context.list(name).length > 0,
  );
  if (given === undefined) return;
  throw new AppError('cli.usage', `--${given} has no effect on ${where}.`, { fix: 'See: slipway run --help' });
}

async function runGraph(context: CommandContext): Promise<number> {
  const target = context.text('target') ?? 'local';
  if (target !== 'local' && target !== 'ray' && target !== 'cluster') {
    throw new AppError('cli.usage', `There is no run target "${target}".`, { fix: 'Use local, cluster or ray.' });
  }
  refuseOptions(context, ['step', 'share', 'start'], 'a run without --plan');
  if (target !== 'cluster') refuseOptions(context, ['store', ...clusterOptions], `a run with the target ${target}`);
  const file = await readGraphFile(context.positionals[0]);
  const document = requireGraphJson(file);
  const selection = selectionOf(context);
  if (target === 'cluster') return runGraphOnCluster(context, { document, baseDir: file.baseDir }, selection);
  if (target === 'ray') return runGraphOnRay(context, { document, baseDir: file.baseDir }, selection);
  return withEngine(context, async (engine) => {
    const { runId, diagnostics } = await engine.startRun({
      document,
      baseDir: file.baseDir,
      source: 'cli',
      ...selection,
    });
    for (const line of diagnosticLines(diagnostics)) context.output.log(line);
    const finished = await followRun(engine, runId, context.output, context.signal);
    context.output.result(finished, describeFinished(finished));
    return exitCodeOf(finished);
  });
}

/**
 * The cluster does the steps. With a store in object storage their results come back into the data directory, and a run over
 * them, which has nothing left to do, keeps history and registry; from a volume only digests and metrics come back.
 */
async function runGraphOnCluster(
  context: CommandContext,
  graph: { document: unknown; baseDir: string },
  selection: SelectionOptions,
): Promise<number> {
  refuseForce(selection, 'a cluster');
  const { runOnCluster } = await import('../cluster/run-on-cluster.ts');
  const finished = await runOnCluster(context, graph.document, selection);
  const store = context.text('store');
  if (store !== undefined && finished.status === 'succeeded') {
    const dataDir = resolveDataDir(context.dataDir);
    makeDataDir(dataDir);
    await withEngine(context, async (engine) => {
      const remote = createArtifactStore(driverOfUri(store, dataDir));
      let complete = true;
      for (const { key } of finished.steps) {
        complete = key !== '' && (await copyStep(key, remote, engine.store)) && complete;
      }
      const planned = await engine.planStates(graph.document, { ...selection, baseDir: graph.baseDir });
      if (!complete || planned.steps.some((step) => !step.hit)) {
        context.output.log('Results were fetched, but are not those of this version: the registry is left as it is.');
        return;
      }
      const { runId } = await engine.startRun({ ...graph, source: 'cluster', ...selection });
      await followRun(engine, runId, logOnly(context.output), context.signal);
    });
  }
  context.output.result(finished, describeFinished(finished));
  return exitCodeOf(finished);
}

function refuseForce(selection: SelectionOptions, where: string): void {
  if (selection.force !== true) return;
  throw new AppError('cli.usage', `On ${where} a step whose result is known is never run again.`, {
    fix: 'Leave out --force, or run without --target.',
  });
}

/** Ray does the steps; a run over their results, which has nothing left to do, keeps history, metrics and registry. */
async function runGraphOnRay(
  context: CommandContext,
  graph: { document: unknown; baseDir: string },
  selection: SelectionOptions,
): Promise<number> {
  refuseForce(selection, 'Ray');
  const { runOnRay } = await import('../ray/run-on-ray.ts');
  const dataDir = resolveDataDir(context.dataDir);
  makeDataDir(dataDir);
  const onRay = await runOnRay(context, graph, dataDir, selection);
  if (!onRay.succeeded) {
    const steps = onRay.steps.map((step) => ({ ...step, key: '' }));
    const failed = onRay.steps.find((step) => step.status === 'failed');
    const finished = {
      type: 'run.finished' as const,
      runId: '',
      status: 'failed' as const,
      steps,
      outputs: {},
      metrics: {},
    };
    context.output.result(finished, `The run on Ray failed at ${failed?.id ?? '?'}: ${failed?.reason ?? ''}`);
    return 1;
  }
  return withEngine(context, async (engine) => {
    const { runId } = await engine.startRun({ ...graph, source: 'ray', ...selection });
    const finished = await followRun(engine, runId, logOnly(context.output), context.signal);
    const done = new Map(onRay.steps.map((step) => [step.id, step]));
    const steps = finished.steps.map((step) => {
      const { status, durationMs } = done.get(step.id) ?? step;
      const { reason, ...rest } = step;
      return { ...rest, status, durationMs, ...(status === 'cached' && reason !== undefined ? { reason } : {}) };
    });
    const merged = { ...finished, steps };
    context.output.result(merged, describeFinished(merged));
    return exitCodeOf(finished);
  });
}

/** One step in this process, against a shared store: what an exported Job's container does. */
async function runStep(context: CommandContext): Promise<number> {
  const planFile = context.text('plan');
  const stepId = context.text('step');
  const storeUri = context.text('store') ?? process.env['SLIPWAY_STORE'];
  if (planFile === undefined || stepId === undefined || storeUri === undefined) {
    throw new AppError('cli.usage', '--plan, --step and --store go together.');
  }
  const share = shareOf(context.text('share'));
  const plan = await readPlan(planFile);
  const driver = driverOfUri(storeUri, resolveDataDir(context.dataDir));
  const store = createArtifactStore(driver);
  const start = context.text('start');
  if (start !== undefined) return startShares(context, { plan, stepId, store, start });
  return withEngine(context, async (engine) => {
    const started = performance.now();
    const { status, record } = await engine.runStep({
      plan,
      stepId,
      store,
      baseDir: process.cwd(),
      signal: context.signal,
      ...(share === undefined ? {} : { share }),
      onLog: (text) => context.output.log(text),
      onBegin: () => context.output.event({ type: 'step.started', id: stepId, time: Date.now() }),
    });
    const metrics: RunFinished['metrics'] = {};
    const outputs: RunFinished['outputs'] = {};
    for (const [port, output] of Object.entries(record.outputs)) {
      outputs[`${stepId}.${port}`] = { digest: output.digest, type: output.type };
      const manifest = await store.get(output.digest);
      if (manifest === undefined) continue;
      const registration = registrationOf(manifest, { runId: record.runId, graphId: plan.graph.id });
      if (registration !== undefined) await createStoreRegistry(driver).register(registration);
      if (manifest.type === 'report') metrics[stepId] = metricsOf(manifest);
    }
    const kind = plan.steps.find((step) => step.id === stepId)?.kind ?? '';
    const durationMs = performance.now() - started;
    const finished = {
      type: 'run.finished' as const,
      runId: record.runId,
      status: 'succeeded' as const,
      steps: [{ id: stepId, kind, status, key: record.key, durationMs }],
      outputs,
      metrics,
    };
    context.output.result(finished, `${stepId} ${status}`);
    return 0;
  });
}

/** Starts pods for the shares of a step that is not up to date, and waits. Whatever they cannot do, the step itself will. */
async function startShares(
  context: CommandContext,
  { start, ...step }: { plan: Plan; stepId: string; store: ArtifactStore; start: string },
): Promise<number> {
  const [kind, template] = start.split('/');
  if (kind !== 'cronjob' || template === undefined || template === '') {
    throw new AppError('cli.usage', `--start "${start}" is not cronjob/NAME.`, { fix: 'See: slipway run --help' });
  }
  return withEngine(context, async (engine) => {
    const { key, hit } = await engine.lookAtStep({ ...step, baseDir: process.cwd() });
    if (hit) {
      context.output.result({ type: 'shares.finished', id: step.stepId, hit, reason: null }, 'up to date');
      return 0;
    }
    const { runShares } = await import('../../cluster/start-shares.ts');
    const reason = await runShares(template, key.slice(0, 8), {
      signal: context.signal,
      onProgress: (done, of) => context.output.log(`${done} of ${of} shares done`),
    }).catch((error: unknown) => {
      context.signal.throwIfAborted();
      return toAppError(error).message;
    });
    if (reason !== null) context.output.log(`Not all shares were done beforehand: ${reason}`);
    context.output.result({ type: 'shares.finished', id: step.stepId, hit, reason }, 'done');
    return 0;
  });
}

function shareOf(text: string | undefined): Share | undefined {
  if (text === undefined) return undefined;
  const [, index, count] = (/^(\d{1,5})\/(\d{1,5})$/.exec(text) ?? []).map(Number);
  if (index !== undefined && count !== undefined && index < count) return { index, count };
  throw new AppError('cli.usage', `--share "${text}" is not INDEX/COUNT with an index below the count.`, {
    fix: 'The first of four is 0/4.',
  });
}

async function readPlan(path: string): Promise<Plan> {
  let json: unknown;
  try {
    json = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw new AppError('graph.not-found', `The plan ${path} cannot be read.`, { cause: error });
  }
  const parsed = planSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new AppError('graph.invalid', `${path} is no plan: ${parsed.error.issues[0]?.message ?? ''}`);
}
