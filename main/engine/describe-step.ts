import type { InferResult } from '../../shared/node/define-node.ts';
import type { DescribeContext, Runner } from '../../shared/node/runner.ts';
import type { StepDescription } from './describe-apart.ts';
import { createSecrets } from './secrets.ts';

/** Output shapes of a step as its kind tells them, without any secret it was given. Errors: those of the kind. */
export async function describeStep(
  runner: Runner | undefined,
  { kind, ...step }: StepDescription,
  context: Pick<DescribeContext, 'signal' | 'featureService'>,
): Promise<InferResult> {
  if (runner?.describe === undefined) throw new Error(`${kind} cannot be described.`);
  const secrets = createSecrets();
  try {
    return secrets.redactValue(await runner.describe({ ...step, ...context, secret: secrets.value }));
  } catch (error) {
    throw secrets.redactError(error);
  }
}
