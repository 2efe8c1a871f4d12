import { AppError } from '../../shared/errors/app-error.ts';
import { argoBatch } from './argo/argo-batch.ts';
import type { Bundle } from './bundle.ts';
import type { RenderPart } from './bundle-part.ts';
import type { ExportContext } from './export-context.ts';
import { kserveServing } from './kserve/kserve-serving.ts';
import { kserveTritonServing } from './kserve/kserve-triton-serving.ts';
import { jobBatch } from './kubernetes/job-batch.ts';
import { deploymentServing } from './kubernetes/deployment-serving.ts';
import { argoLoop } from './loop/argo-loop.ts';
import { cronJobLoop, loopPart } from './loop/loop-part.ts';
import { rayBatch } from './ray/ray-batch.ts';
import { rayServing } from './ray/ray-serving.ts';
import { composeBundle } from './compose-bundle.ts';
import { torchserveServing } from './torchserve/torchserve-serving.ts';
import { tritonEnsembleServing, type TritonTarget, tritonServing } from './triton/triton-serving.ts';

export interface ExportTarget {
  id: string;
  title: string;
  summary: string;
  /** Absent: the bundle serves models that are trained elsewhere and carries them. */
  batch?: RenderPart;
  serving: RenderPart;
  /** Monitors of endpoints by their requests and labels, and retraining. */
  loop?: RenderPart;
}

const cronJobs: RenderPart = (context, names) => loopPart(context, names, cronJobLoop);

export const exportTargets: readonly ExportTarget[] = [
  {
    id: 'kubernetes',
    title: 'Kubernetes',
    summary:
      'Plain objects: a Job for the batch part, Deployment, Service and autoscaler for each endpoint. No CRD needed.',
    batch: jobBatch,
    serving: deploymentServing,
    loop: cronJobs,
  },
  {
    id: 'argo',
    title: 'Argo Workflows',
    summary: 'A WorkflowTemplate with a pod per step, and plain Deployments for the endpoints. Needs Argo Workflows 4.',
    batch: argoBatch,
    serving: deploymentServing,
    loop: (context, names) => loopPart(context, names, argoLoop(names)),
  },
  {
    id: 'kserve',
    title: 'KServe',
    summary:
      'A Job for the batch part, an InferenceService with our own ServingRuntime for each endpoint. Needs KServe.',
    batch: jobBatch,
    serving: kserveServing,
    loop: cronJobs,
  },
  {
    id: 'ray',
    title: 'Ray',
    summary: 'A RayJob with a task per step, a RayService for the endpoints. Needs the KubeRay operator.',
    batch: rayBatch,
    serving: rayServing,
  },
  {
    id: 'triton',
    title: 'Triton',
    summary: 'A model repository with the registered champion, dynamic batching, and the Deployment that serves it.',
    serving: tritonServing,
  },
  {
    id: 'triton-ensemble',
    title: 'Triton ensemble',
    summary:
      'As Triton, with the features and the model behind them as two models that an ensemble joins: each has its own batches and instances.',
    serving: tritonEnsembleServing,
  },
  {
    id: 'torchserve',
    title: 'TorchServe',
    summary: 'A model archive (.mar) with the registered champion and its handler. TorchServe is no longer maintained.',
    serving: torchserveServing,
  },
];

/**
 * Renders a bundle without writing it. `targetId` is a target, or two with a comma between: `argo,kserve` takes the batch
 * part of the first and the serving part of the second. Throws `cli.usage`, `export.unsupported`, `export.no-model`.
 */
export function renderBundle(targetId: string, context: ExportContext): Bundle {
  const [first, second, ...more] = targetId.split(',').map((id) => targetOf(id.trim()));
  if (first === undefined || more.length > 0) {
    throw new AppError('cli.usage', `"${targetId}" names more than two targets.`, {
      fix: 'Name one for the batch part and one for serving, e.g. argo,kserve.',
    });
  }
  if (second === undefined) return composeBundle(first.id, context, first);
  const triton = first.id;
  const serving: RenderPart =
    isTriton(triton) && second.id === 'kserve'
      ? (given, names) => kserveTritonServing(given, names, triton)
      : second.serving;
  // An endpoint that cannot hand its requests over has no monitors beside it.
  const loop = second.loop === undefined ? undefined : first.loop;
  return composeBundle(targetId, context, {
    ...(first.batch === undefined ? {} : { batch: first.batch }),
    ...(loop === undefined ? {} : { loop }),
    serving,
  });
}

/** Whether an export to the target carries registered models (`embedModels` finds them). */
export function embedsModels(targetId: string): boolean {
  return targetId.split(',').some((id) => exportTargets.some((target) => target.id === id.trim() && !target.batch));
}

/** Whether an export to the target takes registered models apart where it can. */
export function takesApart(targetId: string): boolean {
  return targetId.split(',').some((id) => id.trim() === 'triton-ensemble');
}

function isTriton(id: string): id is TritonTarget {
  return id === 'triton' || id === 'triton-ensemble';
}

function targetOf(id: string): ExportTarget {
  const target = exportTargets.find((candidate) => candidate.id === id);
  if (target !== undefined) return target;
  throw new AppError('cli.usage', `There is no export target "${id}".`, {
    fix: `Use one of: ${exportTargets.map((candidate) => candidate.id).join(', ')}, or two of them: argo,kserve.`,
  });
}
