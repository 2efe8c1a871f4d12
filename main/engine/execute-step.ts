import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AppError } from '../../shared/errors/app-error.ts';
import type { Progress } from '../../shared/events/run-events.ts';
import type { Lineage } from '../../shared/graph/port-types.ts';
import { portsOf } from '../../shared/node/define-node.ts';
import type { ArtifactDraft, InputArtifact, StepContext, StepItems } from '../../shared/node/runner.ts';
import type { KeyParts, Plan, PlanStep } from '../../shared/plan/plan.ts';
import { stepKey } from '../../shared/plan/step-key.ts';
import { streamsFolder } from '../compute/streams/streams-folder.ts';
import { type ArtifactStore, artifactNotFound, type StepRecord } from '../store/artifact-store.ts';
import { startEnergyMeter } from '../product/energy-meter.ts';
import { type Kinds, loadRunner } from './kinds.ts';
import { createSecrets } from './secrets.ts';

export interface InputRef {
  digest: string;
  /** Which rows of the graph it stands for, as the plan says; equal content may stand for several. */
  lineage?: Lineage;
}

/** One step with everything its result depends on. Plain data: it crosses process borders. */
export interface StepTask {
  runId: string;
  graph: Plan['graph'];
  step: PlanStep;
  key: string;
  parts: KeyParts;
  /** By input port, in edge order. */
  inputs: Record<string, InputRef[]>;
  /** Folder that relative paths start from. */
  baseDir: string;
  threads: number;
  /** Graphics processors that it has to itself. */
  gpus: number;
  memoryBytes: number;
}

export interface StepHost {
  store: ArtifactStore;
  kinds: Kinds;
  signal: AbortSignal;
  log: (level: 'debug' | 'info' | 'warn' | 'error', text: string) => void;
  progress: (progress: Progress) => void;
  partial: (value: Record<string, unknown>) => void;
  /** Just before the kind's own code begins. */
  begun?: () => void;
  /** Keeps results of single items of the step. */
  items?: StepItems;
}

/**
 * Runs one step and commits its outputs and its record. The one way a step is executed, in a worker or in a pod. With a
 * share of its items only these are kept; the record then has no outputs and is in no store.
 */
export async function executeStep(task: StepTask, host: StepHost): Promise<StepRecord> {
  const { step } = task;
  const started = performance.now();
  const energy = startEnergyMeter();
  const definition = host.kinds.definitionOf(step.kind);
  const runner = await loadRunner(host.kinds, step.kind);
  if (definition === undefined || runner === undefined) {
    throw new AppError('internal.bug', `There is no runner for ${step.kind}.`, { nodeId: step.id });
  }
  const params = definition.params.parse(step.params);
  const inputs = await openInputs(task, host.store);
  const workDir = await host.store.createWorkDir();
  const secrets = createSecrets();
  // A store elsewhere holds no such folders; what a step needs on the way lies in its work folder.
  const localFolder = host.store.uri.startsWith('file:') ? fileURLToPath(host.store.uri) : workDir;
  try {
    const context: StepContext = {
      params,
      inputs,
      graph: task.graph,
      nodeId: step.id,
      open: (digest) => host.store.open(digest),
      workDir,
      signal: host.signal,
      threads: task.threads,
      gpus: task.gpus,
      memoryBytes: task.memoryBytes,
      baseDir: task.baseDir,
      source: task.parts.source,
      streamsDir: streamsFolder(localFolder),
      resumeDir: join(localFolder, 'resume', task.parts.code.slice(0, 16)),
      ...(host.items === undefined ? {} : { items: host.items }),
      device: step.device ?? 'auto',
      secret: secrets.value,
      log: (level, text) => host.log(level, secrets.redactValue(text)),
      progress: (progress) => host.progress(secrets.redactValue(progress)),
      partial: (value) => host.partial(secrets.redactValue(value)),
    };
    host.signal.throwIfAborted();
    host.begun?.();
    const drafts = await runner.run(context);
    host.signal.throwIfAborted();
    const isShare = host.items?.share !== undefined;
    const outputs = isShare
      ? {}
      : await commitOutputs(task, drafts, Object.keys(portsOf(definition, params).outputs), host.store);
    const energyJoules = energy();
    const record: StepRecord = {
      key: task.key,
      parts: task.parts,
      outputs,
      runId: task.runId,
      durationMs: performance.now() - started,
      ...(energyJoules === undefined ? {} : { energyJoules }),
    };
    if (isShare) return record;
    await host.store.putStep(record);
    if (runner.effect === true && runner.probe !== undefined) {
      const source = await runner.probe(context);
      const parts = { ...task.parts, source };
      if (source !== task.parts.source) await host.store.putStep({ ...record, key: stepKey(parts), parts });
    }
    return record;
  } catch (error) {
    throw secrets.redactError(error);
  } finally {
    await rm(workDir, { recursive: true, force: true });
  }
}

async function openInputs(task: StepTask, store: ArtifactStore): Promise<Record<string, InputArtifact[]>> {
  const inputs: Record<string, InputArtifact[]> = {};
  for (const [port, refs] of Object.entries(task.inputs)) {
    inputs[port] = [];
    for (const { digest, lineage } of refs) {
      const artifact = await store.open(digest);
      if (artifact === undefined) throw artifactNotFound(digest);
      inputs[port].push(withLineage(artifact, lineage));
    }
  }
  return inputs;
}

function withLineage(artifact: InputArtifact, lineage: Lineage | undefined): InputArtifact {
  if (lineage === undefined || artifact.manifest.lineage === lineage) return artifact;
  return { ...artifact, manifest: { ...artifact.manifest, lineage } };
}

async function commitOutputs(
  task: StepTask,
  drafts: Record<string, ArtifactDraft>,
  declared: readonly string[],
  store: ArtifactStore,
): Promise<StepRecord['outputs']> {
  const { step, key } = task;
  const inputs = Object.fromEntries(
    Object.entries(task.inputs).map(([port, refs]) => [port, refs.map(({ digest }) => digest)]),
  );
  const outputs: StepRecord['outputs'] = {};
  for (const port of declared) {
    const draft = drafts[port];
    if (draft === undefined) {
      throw new AppError('internal.bug', `${step.kind} gave no output "${port}".`, { nodeId: step.id });
    }
    const manifest = await store.put(draft, {
      producer: { kind: step.kind, version: step.version, key },
      inputs,
    });
    outputs[port] = {
      digest: manifest.digest,
      type: manifest.type,
      ...(draft.lineage === undefined ? {} : { lineage: draft.lineage }),
    };
  }
  return outputs;
}
