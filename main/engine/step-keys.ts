import { AppError, toAppError } from '../../shared/errors/app-error.ts';
import type { ProbeContext } from '../../shared/node/runner.ts';
import type { KeyParts, PlanStep } from '../../shared/plan/plan.ts';
import type { InputRef } from './execute-step.ts';
import { type Kinds, loadRunner } from './kinds.ts';
import { createSecrets } from './secrets.ts';

/** Computes the parts of step keys. */
export interface StepKeys {
  /** Parts that depend on the step alone, without its inputs. Throws what the probe of an external source throws. */
  ownParts(step: PlanStep, baseDir: string, signal: AbortSignal): Promise<Omit<KeyParts, 'inputs'>>;
}

export function createStepKeys(
  kinds: Kinds,
  codeDigest: (kind: string) => string,
  outside: Pick<ProbeContext, 'streamsDir' | 'featureService'>,
): StepKeys {
  return {
    ownParts: async (step, baseDir, signal) => ({
      kind: step.kind,
      version: step.version,
      code: codeDigest(step.kind),
      params: step.params,
      source: await probe(kinds, step, { baseDir, signal, ...outside }),
      environment: step.device ?? '',
    }),
  };
}

export function withInputs(own: Omit<KeyParts, 'inputs'>, inputs: Record<string, InputRef[]>): KeyParts {
  return {
    ...own,
    inputs: Object.fromEntries(Object.entries(inputs).map(([port, refs]) => [port, refs.map(({ digest }) => digest)])),
  };
}

async function probe(kinds: Kinds, step: PlanStep, context: Omit<ProbeContext, 'params' | 'secret'>): Promise<string> {
  if (kinds.definitionOf(step.kind)?.determinism !== 'external') return '';
  const runner = await loadRunner(kinds, step.kind);
  if (runner?.probe === undefined) return '';
  const secrets = createSecrets();
  try {
    return await runner.probe({ ...context, params: step.params, secret: secrets.value });
  } catch (error) {
    const { code, message, fix, details } = toAppError(secrets.redactError(error));
    throw new AppError(code, message, { fix, details, nodeId: step.id });
  }
}
