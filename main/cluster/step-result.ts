import { z } from 'zod';
import { outputRefSchema, stepResultSchema } from '../../shared/events/run-events.ts';
import type { ClusterClient } from './api/cluster-client.ts';
import { podLog } from './pod-log.ts';

/** What a step's container writes last. */
const stepOutputSchema = z.object({
  type: z.literal('run.finished'),
  steps: z.array(stepResultSchema).length(1),
  outputs: z.record(z.string(), outputRefSchema),
  metrics: z.record(z.string(), z.record(z.string(), z.number())),
});
type StepOutput = z.infer<typeof stepOutputSchema>;

/** What a step gave, from the last line of its container; undefined where the pod is gone or its log may not be read. */
export async function stepResult(
  client: ClusterClient,
  namespace: string,
  { pod, container }: { pod: string | null; container: string | null },
): Promise<StepOutput | undefined> {
  if (pod === null || container === null) return undefined;
  try {
    for await (const line of podLog(client, { namespace, pod, container, tailLines: 20 })) {
      if (!line.startsWith('{"type":"run.finished"')) continue;
      const parsed = stepOutputSchema.safeParse(JSON.parse(line));
      if (parsed.success) return parsed.data;
    }
  } catch {
    // Who may not read logs sees states without results.
  }
  return undefined;
}
