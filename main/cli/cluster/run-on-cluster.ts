import { definitionOf } from '../../../nodes/catalog.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { RunFinished } from '../../../shared/events/run-events.ts';
import { applyOverrides } from '../../../shared/graph/graph-parameters.ts';
import { readGraphValue } from '../../../shared/graph/read-graph.ts';
import { selectSteps } from '../../../shared/plan/select-steps.ts';
import { type ClusterClient, openCluster } from '../../cluster/api/cluster-client.ts';
import { createResourceFinder } from '../../cluster/api/resource-paths.ts';
import { applyBundle, placedObjects } from '../../cluster/apply-bundle.ts';
import type { KubernetesObject } from '../../cluster/bundle.ts';
import { objectsOfGraph } from '../../cluster/bundle-of-graph.ts';
import { exportContextOf } from '../../cluster/context-of-graph.ts';
import type { ExportContext } from '../../cluster/export-context.ts';
import { followBundle } from '../../cluster/follow-bundle.ts';
import { bundleIdOf } from '../../cluster/ownership.ts';
import { pruneBundle } from '../../cluster/prune-bundle.ts';
import { stepResult } from '../../cluster/step-result.ts';
import type { StepStatus } from '../../cluster/step-status.ts';
import type { SelectionOptions } from '../../engine/engine.ts';
import type { CommandContext } from '../command.ts';

/**
 * Runs the selected steps of a graph on a cluster (as an Argo Workflow where Argo is installed, else as a Job) and tells
 * what each is doing. Results stay in the store of the run; their digests and metrics come back. An abort stops the run.
 * Throws `cluster.*`, `export.unsupported`, `cli.usage`.
 */
export async function runOnCluster(
  context: CommandContext,
  document: unknown,
  selection: SelectionOptions,
): Promise<RunFinished> {
  const image = context.text('image') ?? process.env['SLIPWAY_IMAGE'];
  if (image === undefined || image === '') {
    throw new AppError('cli.usage', 'Which image of the engine the cluster should run is not known.', {
      fix: 'Name it with --image or in SLIPWAY_IMAGE; resources/container/Containerfile builds it.',
    });
  }
  const exported = runOnly(document, selection);
  const client = openCluster(context.text('context'));
  const finder = createResourceFinder(client);
  const hasArgo = (await finder.find('argoproj.io/v1alpha1', 'WorkflowTemplate')) !== undefined;
  const target = hasArgo ? 'argo' : 'kubernetes';
  const store = context.text('store');
  if (store !== undefined && !store.startsWith('s3://')) {
    throw new AppError('cli.usage', `Pods cannot reach the store ${store}.`, {
      fix: 'Name object storage (s3://BUCKET/PREFIX), or leave --store out: results then stay on a volume of the cluster.',
    });
  }
  const objects = await objectsOfGraph(exported, target, image, store === undefined ? {} : { store });
  const { namespace, objects: placed } = placedObjects(client, objects, context.text('namespace'));
  context.output.log(`Running ${exported.plan.steps.length} steps with ${target} in ${client.context}/${namespace}`);
  const applied = await applyBundle(client, objects, { namespace, signal: context.signal });
  const [conflict] = applied.conflicts;
  if (conflict !== undefined) {
    throw new AppError(
      'cluster.conflict',
      `${conflict.kind}/${conflict.name} ${conflict.field} is managed by ${conflict.manager}.`,
      { fix: 'Ask its manager to give the field up, or run in another namespace.' },
    );
  }
  const statuses = new Map<string, StepStatus>();
  let state: string = 'running';
  let reason: string | null = null;
  for await (const event of followBundle(client, placed, { namespace, signal: context.signal })) {
    context.output.event(event);
    if (event.type === 'step.status') {
      statuses.set(event.id, event);
      const why = [event.reason, event.fix].filter((text) => text !== null).join(' ');
      context.output.line(`  ${event.id} ${event.state}${why === '' ? '' : `: ${why}`}`);
    } else if (event.type === 'step.log') for (const line of event.lines) context.output.line(`    ${line}`);
    else if (event.type === 'run.status') ({ state, reason } = event);
  }
  if (context.signal.aborted) {
    await stopRun(client, objects, namespace);
    throw new AppError('run.cancelled', 'The run on the cluster was cancelled; finished steps are kept in its store.');
  }
  if (state === 'gone') throw new AppError('cluster.rejected', reason ?? 'The run was deleted.');
  return finishedRun(client, exported, { namespace, name: applied.bundle, succeeded: state === 'succeeded' }, statuses);
}

/** The selected steps and nothing that stays up, under a name of its own: an applied bundle of the graph is left alone. */
function runOnly(document: unknown, { to, from, set = [] }: SelectionOptions): ExportContext {
  const graph = readGraphValue(document, definitionOf);
  const changed = graph.document === undefined ? undefined : applyOverrides(graph.document, set);
  const planned = exportContextOf(changed === undefined ? graph : readGraphValue(changed.document, definitionOf));
  const selection = selectSteps(planned.plan, { to, from });
  const [missing] = [...(changed?.unknownNodes ?? []), ...selection.unknown];
  if (missing !== undefined) throw new AppError('params.invalid', `There is no step "${missing}" in the graph.`);
  const steps = planned.plan.steps.filter(({ id }) => selection.selected.has(id));
  return { ...planned, plan: { ...planned.plan, steps, services: [] }, bundleId: `${planned.plan.graph.id}-run` };
}

async function stopRun(client: ClusterClient, objects: readonly KubernetesObject[], namespace: string): Promise<void> {
  await pruneBundle(client, createResourceFinder(client), {
    namespace,
    bundle: bundleIdOf(objects),
    doomed: ({ kind }) => kind === 'Job' || kind === 'Workflow',
    dryRun: false,
  });
}

async function finishedRun(
  client: ClusterClient,
  { plan }: ExportContext,
  run: { namespace: string; name: string; succeeded: boolean },
  statuses: ReadonlyMap<string, StepStatus>,
): Promise<RunFinished> {
  const finished: RunFinished = {
    type: 'run.finished',
    runId: run.name,
    seq: 0,
    time: Date.now(),
    status: run.succeeded ? 'succeeded' : 'failed',
    steps: [],
    outputs: {},
    metrics: {},
  };
  for (const { id, kind } of plan.steps) {
    const status = statuses.get(id);
    const result = status?.state === 'done' ? await stepResult(client, run.namespace, status) : undefined;
    const step = result?.steps[0];
    if (result !== undefined && step !== undefined) {
      finished.steps.push(step);
      Object.assign(finished.outputs, result.outputs);
      Object.assign(finished.metrics, result.metrics);
      continue;
    }
    const failed = status?.state === 'failed';
    const reason = status?.reason ?? (status?.state === 'done' ? 'its pod is gone, and with it what it said' : null);
    finished.steps.push({
      id,
      kind,
      key: '',
      durationMs: 0,
      status: failed ? 'failed' : status?.state === 'done' ? 'executed' : 'skipped',
      ...(reason === null ? {} : { reason }),
    });
  }
  return finished;
}
