import { readFile } from 'node:fs/promises';
import { arch, availableParallelism, cpus, platform, release, totalmem } from 'node:os';
import { type ModelManifest, modelManifestSchema } from '../../shared/model/signature.ts';
import type { KeyParts, PlanStep } from '../../shared/plan/plan.ts';
import type { ArtifactStore } from '../store/artifact-store.ts';
import { productVersion } from '../product/version.ts';
import { longestKey, type Metric, type TrackingStore } from './tracking-store.ts';

/** A step that has just been executed, not reused. */
export interface ExecutedStep {
  runId: string;
  graph: { id: string; name: string };
  step: PlanStep;
  key: string;
  parts: KeyParts;
  durationMs: number;
  /** Undefined where the machine does not tell. */
  energyJoules?: number | undefined;
  /** By port. */
  outputs: Readonly<Record<string, { digest: string; type: string }>>;
}

/**
 * Enters what a training step did in the experiment named after its graph: params, the curve of the loss, digests of
 * code and data, the machine, time. A report about a model adds its metrics to the training that made the model.
 */
export async function recordStep(tracking: TrackingStore, store: ArtifactStore, executed: ExecutedStep): Promise<void> {
  const outputs = Object.values(executed.outputs);
  const model = outputs.find(({ type }) => type === 'model');
  const artifact = model === undefined ? undefined : await store.open(model.digest);
  if (artifact?.manifest.producer.kind === executed.step.kind && artifact.manifest.meta['registration'] === undefined) {
    const manifest = modelManifestSchema.parse(JSON.parse(await readFile(artifact.path('model.json'), 'utf8')));
    recordTraining(tracking, executed, artifact.digest, manifest);
  }
  for (const { digest, type } of outputs) {
    if (type !== 'report') continue;
    const report = await store.get(digest);
    const about = report?.meta['model'] ?? model?.digest;
    const training = typeof about === 'string' ? tracking.trainingOfModel(about) : undefined;
    if (training !== undefined) tracking.log(training, { metrics: metricsOf(report?.meta['metrics']) });
  }
}

function recordTraining(
  tracking: TrackingStore,
  { runId, graph, step, key, parts, durationMs, energyJoules }: ExecutedStep,
  modelDigest: string,
  manifest: ModelManifest,
): void {
  const endMs = Date.now();
  const startMs = Math.round(endMs - durationMs);
  const experimentId = tracking.experimentNamed(graph.id)?.id ?? tracking.createExperiment(graph.id);
  const id = tracking.createTraining({
    experimentId,
    name: step.title,
    user: '',
    startMs,
    runId,
    nodeId: step.id,
    modelDigest,
  });
  const { curve, rows, table } = manifest.training;
  tracking.log(id, {
    params: Object.fromEntries(
      [...Object.entries(step.params), ...trainerParams(step, manifest)].map(([name, value]) => [
        name.slice(0, longestKey),
        typeof value === 'string' ? value : JSON.stringify(value),
      ]),
    ),
    metrics: [
      ...curveMetrics(`train.${curve.metric}`, curve.train, startMs),
      ...curveMetrics(`valid.${curve.metric}`, curve.valid, startMs),
      { key: 'rows', value: rows, timestampMs: endMs, step: 0 },
      { key: 'seconds', value: durationMs / 1000, timestampMs: endMs, step: 0 },
      ...(energyJoules === undefined
        ? []
        : [{ key: 'energyJoules', value: energyJoules, timestampMs: endMs, step: 0 }]),
    ],
    tags: {
      'slipway.kind': step.kind,
      ...(energyJoules === undefined ? { 'machine.energy': 'not available' } : {}),
      'slipway.node': step.id,
      'slipway.run': runId,
      'slipway.key': key,
      'slipway.code': parts.code,
      'slipway.model': modelDigest,
      'slipway.data': table,
      'slipway.task': manifest.task,
      ...machineTags(manifest.training.ran?.provider ?? 'cpu'),
      ...(manifest.training.ran === undefined ? {} : { 'machine.deviceReason': manifest.training.ran.why }),
    },
  });
  tracking.updateTraining(id, { status: 'FINISHED', endMs });
}

/** What a search found, where the trainer is not the step itself. */
function trainerParams(step: PlanStep, { trainer }: ModelManifest): [string, unknown][] {
  return trainer.kind === step.kind
    ? []
    : Object.entries(trainer.params).map(([name, value]): [string, unknown] => [`best.${name}`, value]);
}

function curveMetrics(key: string, values: readonly number[], timestampMs: number): Metric[] {
  // The time of an iteration is not known; equal times would make the largest loss the latest value.
  return values.map((value, i) => ({ key, value, timestampMs: timestampMs + i, step: i + 1 }));
}

function metricsOf(metrics: unknown): Metric[] {
  if (typeof metrics !== 'object' || metrics === null) return [];
  const timestampMs = Date.now();
  return Object.entries(metrics).flatMap(([key, value]) =>
    typeof value === 'number' ? [{ key, value, timestampMs, step: 0 }] : [],
  );
}

function machineTags(device: string): Record<string, string> {
  return {
    'slipway.version': productVersion(),
    'machine.node': process.versions.node,
    'machine.system': `${platform()} ${release()} ${arch()}`,
    'machine.processor': cpus()[0]?.model ?? 'unknown',
    'machine.cores': String(availableParallelism()),
    'machine.memoryBytes': String(totalmem()),
    'machine.device': device,
  };
}
