import { shareCount } from '../../../shared/plan/fan-out.ts';
import type { ExportContext } from '../export-context.ts';
import { gpuCount, stepResources } from '../step-resources.ts';

/** What the driver must know of each step, in plan order. */
export interface DriverStep {
  id: string;
  /** Steps that must be done first. */
  after: string[];
  cpus: number;
  gpus: number;
  /** Tasks that do its trials or folds beforehand; 0: none. */
  shares: number;
  /** Repetitions of a step that failed by itself. */
  retries: number;
  timeoutSeconds?: number;
}

export function driverSteps(context: ExportContext): DriverStep[] {
  return context.plan.steps.map((step) => ({
    id: step.id,
    after: [...new Set(Object.values(step.inputs).flatMap((inputs) => inputs.map((input) => input.step)))],
    // One that trains on workers of its own waits for them, and would else take a core from them.
    cpus: step.kind === 'train.ray' ? 0 : Number(stepResources(step, context).requests['cpu']),
    gpus: gpuCount(step),
    shares: shareCount(step, context.definitionOf, context.mostPods),
    retries: step.retry?.limit ?? 0,
    ...(step.timeoutMs === undefined ? {} : { timeoutSeconds: Math.ceil(step.timeoutMs / 1000) }),
  }));
}

/** The file that `driver.py --steps` reads. */
export function driverStepsText(context: ExportContext): string {
  return `${JSON.stringify({ steps: driverSteps(context) }, null, 2)}\n`;
}
