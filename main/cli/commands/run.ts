import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { AppError, toAppError } from '../../../shared/errors/app-error.ts';
import type { RunFinished } from '../../../shared/events/run-events.ts';
import { itemSteps } from '../../../shared/plan/item-steps.ts';
import { type Plan, planSchema } from '../../../shared/plan/plan.ts';
import { adoptResults } from '../../engine/adopt-results.ts';
import type { Engine, SelectionOptions } from '../../engine/engine.ts';
import type { Share } from '../../engine/step-items.ts';
import { metricsOf, registrationOf } from '../../engine/registration.ts';
import { type ArtifactStore, createArtifactStore } from '../../store/artifact-store.ts';
import type { ArtifactDriver } from '../../store/artifact-driver.ts';
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
    'GRAPH [--to NODE] [--from NODE] [--force] [--set NODE.PARAM=VALUE]… [--target local|cluster|ray] | --plan FILE (--step ID | --items MAP) --store URI [--share INDEX/COUNT]',
  positionals: 1,
  options: {
    ...selectionOptions,
    target: { type: 'string' },
    plan: { type: 'string' },
    step: { type: 'string' },
    items: { type: 'string' },
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
    items: 'instead of a step: the items of this map of the plan',
    share:
      'INDEX/COUNT: only this share of the trials or folds of the step, which the step then finds done, or of the items',
    start:
      'cronjob/NAME: only start its Job for the shares of the step or map in the cluster of this pod, and wait for it',
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
  refuseOptions(context, ['step', 'items', 'share', 'start'], 'a run without --plan');
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
      const keys = finished.steps.map(({ key }) => key);
      const runId = await adoptResults(engine, remote, keys, { ...graph, ...selection });
      if (runId === undefined) {
        context.output.log('Results were fetched, but are not those of this version: the registry is left as it is.');
        return;
      }
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
  const step = context.text('step');
  const map = context.text('items');
  const storeUri = context.text('store') ?? process.env['SLIPWAY_STORE'];
  if (planFile === undefined || (step ?? map) === undefined || storeUri === undefined) {
    throw new AppError('cli.usage', '--plan, --step and --store go together.');
  }
  if (step !== undefined && map !== undefined) {
    throw new AppError('cli.usage', 'Give --step or --items, not both.', { fix: 'See: slipway run --help' });
  }
  const share = shareOf(context.text('share'));
  const plan = await readPlan(planFile);
  const driver = driverOfUri(storeUri, resolveDataDir(context.dataDir));
  const store = createArtifactStore(driver);
  const start = context.text('start');
  const items = map === undefined ? undefined : itemsOf(plan, map);
  if (start !== undefined) return startShares(context, { plan, id: step ?? map ?? '', items, store, start });
  const chains =
    items === undefined
      ? [[step ?? '']]
      : items.filter((_item, index) => share === undefined || index % share.count === share.index);
  return withEngine(context, async (engine) => {
    const finished: StepsDone = { runId: '', steps: [], outputs: {}, metrics: {} };
    const failures: unknown[] = [];
    const one = { plan, store, driver, share: items === undefined ? share : undefined };
    for (const chain of chains) {
      try {
        for (const stepId of chain) await runPlannedStep(context, engine, { ...one, stepId }, finished);
      } catch (error) {
        // The other items can do without it.
        context.signal.throwIfAborted();
        if (failures.push(error) === 1 && chains.length > 1) context.output.log(toAppError(error).message);
      }
    }
    if (failures.length > 0) throw failures[0];
    const last = { type: 'run.finished' as const, status: 'succeeded' as const, ...finished };
    context.output.result(last, `${step ?? map} ${finished.steps.map(({ status }) => status).join(', ')}`);
    return 0;
  });
}

/** Steps of each item of a map, in order. Throws `graph.invalid`. */
function itemsOf(plan: Plan, map: string): string[][] {
  const maps = itemSteps(plan.steps);
  const found = maps.find(({ id }) => id === map);
  if (found !== undefined) return found.items.map((item) => item.map(({ id }) => id));
  throw new AppError('graph.invalid', `The plan has no map "${map}" with items to share.`, {
    fix: maps.length === 0 ? 'Use --step.' : `Its maps are ${maps.map(({ id }) => id).join(', ')}.`,
  });
}

type StepsDone = Pick<RunFinished, 'runId' | 'steps' | 'outputs' | 'metrics'>;

/** Adds what became of the step to `finished`. */
async function runPlannedStep(
  context: CommandContext,
  engine: Engine,
  task: { plan: Plan; stepId: string; store: ArtifactStore; driver: ArtifactDriver; share: Share | undefined },
  finished: StepsDone,
): Promise<void> {
  const { plan, stepId, store, driver, share } = task;
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
  const { outputs, metrics } = finished;
  for (const [port, output] of Object.entries(record.outputs)) {
    outputs[`${stepId}.${port}`] = { digest: output.digest, type: output.type };
    const manifest = await store.get(output.digest);
    if (manifest === undefined) continue;
    const registration = registrationOf(manifest, { runId: record.runId, graphId: plan.graph.id });
    if (registration !== undefined) await createStoreRegistry(driver).register(registration);
    if (manifest.type === 'report') metrics[stepId] = metricsOf(manifest);
  }
  const kind = plan.steps.find(({ id }) => id === stepId)?.kind ?? '';
  finished.runId = record.runId;
  finished.steps.push({ id: stepId, kind, status, key: record.key, durationMs: performance.now() - started });
}

/**
 * Starts pods for the shares of a step, or of the items of a map, that is not up to date, and waits. Whatever they cannot do, the
 * steps themselves will.
 */
async function startShares(
  context: CommandContext,
  {
    start,
    id,
    items,
    ...place
  }: { plan: Plan; id: string; items: string[][] | undefined; store: ArtifactStore; start: string },
): Promise<number> {
  const [kind, template] = start.split('/');
  if (kind !== 'cronjob' || template === undefined || template === '') {
    throw new AppError('cli.usage', `--start "${start}" is not cronjob/NAME.`, { fix: 'See: slipway run --help' });
  }
  return withEngine(context, async (engine) => {
    let hit = true;
    const keys: string[] = [];
    for (const chain of items ?? [[id]]) {
      // Its first step follows from what is there already, so that the same start gives the same key again.
      for (const [index, stepId] of chain.entries()) {
        const looked = await engine.lookAtStep({ ...place, stepId, baseDir: process.cwd() });
        if (index === 0) keys.push(looked.key);
        hit &&= looked.hit;
        if (!looked.hit) break;
      }
    }
    if (hit) {
      context.output.result({ type: 'shares.finished', id, hit, reason: null }, 'up to date');
      return 0;
    }
    const { runShares } = await import('../../cluster/start-shares.ts');
    const reason = await runShares(template, items === undefined ? (keys[0] ?? '').slice(0, 8) : markOf(keys), {
      signal: context.signal,
      onProgress: (done, of) => context.output.log(`${done} of ${of} shares done`),
    }).catch((error: unknown) => {
      context.signal.throwIfAborted();
      return toAppError(error).message;
    });
    if (reason !== null) context.output.log(`Not all shares were done beforehand: ${reason}`);
    context.output.result({ type: 'shares.finished', id, hit, reason }, 'done');
    return 0;
  });
}

/** Of the keys, in their order. */
function markOf(keys: readonly string[]): string {
  return createHash('sha256').update(keys.join(' ')).digest('hex').slice(0, 8);
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
