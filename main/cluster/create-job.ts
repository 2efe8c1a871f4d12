import { ApiFailure } from './api/api-failure.ts';
import type { ClusterClient } from './api/cluster-client.ts';

interface JobTemplate {
  metadata?: { labels?: Record<string, string> };
  spec: { template: { spec: { containers: { env?: { name: string; value?: string }[] }[] } } };
}

/**
 * Creates a Job from the template of a (suspended) CronJob in the client's namespace, as `kubectl create job --from` does;
 * one of that name that is there already is left alone. Throws ApiFailure.
 */
export async function createJobFrom(
  client: ClusterClient,
  cronJobName: string,
  name: string,
  env: readonly { name: string; value: string }[] = [],
): Promise<void> {
  const { namespace } = client;
  const cronJob = await client.json<{ metadata: { uid: string }; spec: { jobTemplate: JobTemplate } }>({
    path: `/apis/batch/v1/namespaces/${namespace}/cronjobs/${cronJobName}`,
  });
  const { metadata, spec } = structuredClone(cronJob.spec.jobTemplate);
  for (const container of env.length === 0 ? [] : spec.template.spec.containers) {
    container.env = [...(container.env ?? []), ...env];
  }
  await createOnce(client, `/apis/batch/v1/namespaces/${namespace}/jobs`, {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name,
      namespace,
      ...(metadata?.labels === undefined ? {} : { labels: metadata.labels }),
      annotations: { 'cronjob.kubernetes.io/instantiate': 'manual' },
      ownerReferences: [
        { apiVersion: 'batch/v1', kind: 'CronJob', name: cronJobName, uid: cronJob.metadata.uid, controller: true },
      ],
    },
    spec,
  });
}

/** An object of that name that is there already is the same start. */
export async function createOnce(client: ClusterClient, path: string, body: unknown): Promise<void> {
  try {
    await client.json({ method: 'POST', path, body });
  } catch (error) {
    if (error instanceof ApiFailure && error.statusCode === 409) return;
    throw error;
  }
}
