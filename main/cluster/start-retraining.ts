import { ApiFailure } from './api/api-failure.ts';
import { type ClusterClient, openCluster } from './api/cluster-client.ts';
import { explainFailure } from './api/explain-failure.ts';
import { toDnsLabel } from './dns-label.ts';

interface JobTemplate {
  metadata?: { labels?: Record<string, string> };
  spec: { template: { spec: { containers: { env?: { name: string; value?: string }[] }[] } } };
}

/**
 * Starts a retraining in the namespace this pod runs in: a Job from the template of a (suspended) CronJob, as
 * `kubectl create job --from` does, or a Workflow from a WorkflowTemplate. Starting the same `mark` again changes nothing.
 * Returns `KIND/NAME`. Throws `cluster.*`.
 */
export async function startRetraining(
  what: { kind: 'cronjob' | 'workflowtemplate'; name: string },
  mark: string,
  reasons: readonly string[],
  client: ClusterClient = openCluster(undefined),
): Promise<string> {
  const name = toDnsLabel(`${what.name}-${mark}`, 63);
  const { namespace } = client;
  const value = reasons.join(',');
  try {
    if (what.kind === 'workflowtemplate') {
      await create(client, `/apis/argoproj.io/v1alpha1/namespaces/${namespace}/workflows`, {
        apiVersion: 'argoproj.io/v1alpha1',
        kind: 'Workflow',
        metadata: { name, namespace },
        spec: {
          workflowTemplateRef: { name: what.name },
          arguments: { parameters: [{ name: 'reasons', value }] },
        },
      });
      return `Workflow/${name}`;
    }
    const cronJob = await client.json<{ metadata: { uid: string }; spec: { jobTemplate: JobTemplate } }>({
      path: `/apis/batch/v1/namespaces/${namespace}/cronjobs/${what.name}`,
    });
    const { metadata, spec } = structuredClone(cronJob.spec.jobTemplate);
    for (const container of spec.template.spec.containers) {
      container.env = [...(container.env ?? []), { name: 'SLIPWAY_RETRAIN_REASONS', value }];
    }
    await create(client, `/apis/batch/v1/namespaces/${namespace}/jobs`, {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: {
        name,
        namespace,
        ...(metadata?.labels === undefined ? {} : { labels: metadata.labels }),
        annotations: { 'cronjob.kubernetes.io/instantiate': 'manual' },
        ownerReferences: [
          { apiVersion: 'batch/v1', kind: 'CronJob', name: what.name, uid: cronJob.metadata.uid, controller: true },
        ],
      },
      spec,
    });
    return `Job/${name}`;
  } catch (error) {
    throw explainFailure(error, `Starting ${what.name}`);
  }
}

/** An object of that name that is there already is the same start. */
async function create(client: ClusterClient, path: string, body: unknown): Promise<void> {
  try {
    await client.json({ method: 'POST', path, body });
  } catch (error) {
    if (error instanceof ApiFailure && error.statusCode === 409) return;
    throw error;
  }
}
