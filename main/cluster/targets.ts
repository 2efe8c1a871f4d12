import { AppError } from '../../shared/errors/app-error.ts';
import type { Bundle } from './bundle.ts';
import type { ExportContext } from './export-context.ts';
import { renderArgo } from './argo/render-argo.ts';
import { renderKubernetes } from './kubernetes/render-kubernetes.ts';

export interface ExportTarget {
  id: string;
  title: string;
  summary: string;
  render: (context: ExportContext) => Bundle;
}

export const exportTargets: readonly ExportTarget[] = [
  {
    id: 'kubernetes',
    title: 'Kubernetes',
    summary:
      'Plain objects: a Job for the batch part, Deployment, Service and autoscaler for each endpoint. No CRD needed.',
    render: renderKubernetes,
  },
  {
    id: 'argo',
    title: 'Argo Workflows',
    summary: 'A WorkflowTemplate with a pod per step, and plain Deployments for the endpoints. Needs Argo Workflows 4.',
    render: renderArgo,
  },
];

/** Renders a bundle without writing it. Throws `cli.usage` for an unknown target, `export.unsupported`. */
export function renderBundle(targetId: string, context: ExportContext): Bundle {
  const target = exportTargets.find((candidate) => candidate.id === targetId);
  if (target === undefined) {
    throw new AppError('cli.usage', `There is no export target "${targetId}".`, {
      fix: `Use one of: ${exportTargets.map((candidate) => candidate.id).join(', ')}.`,
    });
  }
  return target.render(context);
}
