import { type ClusterClient, openCluster } from './api/cluster-client.ts';
import { explainFailure } from './api/explain-failure.ts';
import { createJobFrom, createOnce } from './create-job.ts';
import { toDnsLabel } from './dns-label.ts';

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
      await createOnce(client, `/apis/argoproj.io/v1alpha1/namespaces/${namespace}/workflows`, {
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
    await createJobFrom(client, what.name, name, [{ name: 'SLIPWAY_RETRAIN_REASONS', value }]);
    return `Job/${name}`;
  } catch (error) {
    throw explainFailure(error, `Starting ${what.name}`);
  }
}
