import { definitionOf } from '../../../nodes/catalog.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import { readGraphValue } from '../../../shared/graph/read-graph.ts';
import type { RunEstimate } from '../../../shared/rpc/cluster-schemas.ts';
import type { StepState } from '../../../shared/plan/plan.ts';
import type { Command } from '../command.ts';
import type { Engine } from '../../engine/engine.ts';
import { diagnosticLines } from '../diagnostic-lines.ts';
import { withEngine } from '../open-engine.ts';
import { textTable } from '../output.ts';
import { readGraphFile, requireGraphJson } from '../read-graph.ts';
import { selectionHelp, selectionOf, selectionOptions } from '../selection.ts';

/** Targets whose bundles run steps. */
const runTargets = ['kubernetes', 'argo', 'kserve', 'ray'];

export const planCommand: Command = {
  name: 'plan',
  summary: 'Says for every step whether it would run, why, and how long it took last time.',
  usage: 'GRAPH [--to NODE] [--from NODE] [--force] [--variants] [--set NODE.PARAM=VALUE]… [--target TARGET]',
  positionals: 1,
  options: { ...selectionOptions, target: { type: 'string' } },
  optionHelp: {
    ...selectionHelp,
    target: 'also say what a run in a cluster would take: kubernetes, argo, kserve or ray',
  },
  async run(context) {
    const file = await readGraphFile(context.positionals[0]);
    const document = requireGraphJson(file);
    const look = async (engine: Engine): Promise<number> => {
      const selection = selectionOf(context);
      const { steps, diagnostics } = await engine.planStates(document, {
        baseDir: file.baseDir,
        signal: context.signal,
        ...selection,
      });
      for (const line of diagnosticLines(diagnostics)) context.output.log(line);
      const target = context.text('target');
      const cluster = target === undefined ? undefined : await estimateOf(document, target, steps);
      context.output.result(
        { steps, diagnostics, ...(cluster === undefined ? {} : { cluster }) },
        [describePlan(steps), ...(cluster === undefined ? [] : [describeEstimate(cluster)])].join('\n'),
      );
      return diagnostics.some((entry) => entry.severity === 'error') ? 2 : 0;
    };
    return withEngine(context, look, { lookOnly: true });
  },
};

async function estimateOf(document: unknown, target: string, steps: readonly StepState[]): Promise<RunEstimate> {
  if (!runTargets.includes(target)) {
    throw new AppError('cli.usage', `The target "${target}" runs no steps.`, {
      fix: `Use one of: ${runTargets.join(', ')}.`,
    });
  }
  const { exportContextOf } = await import('../../cluster/context-of-graph.ts');
  const { estimateRun } = await import('../../cluster/estimate-run.ts');
  const times = new Map(steps.map(({ id, hit, estimate }) => [id, { hit, seconds: estimate.seconds }]));
  return estimateRun(exportContextOf(readGraphValue(document, definitionOf)), target, times);
}

function describeEstimate({
  localSeconds,
  clusterSeconds,
  coreHours,
  memoryGibHours,
  unknownSteps,
}: RunEstimate): string {
  const unknown = unknownSteps === 0 ? '' : ` Of ${unknownSteps} steps nobody knows the time yet.`;
  return `Here about ${Math.round(localSeconds)} s; in the cluster about ${Math.round(clusterSeconds)} s, ${coreHours.toPrecision(2)} core hours and ${memoryGibHours.toPrecision(2)} GiB hours.${unknown}`;
}

function describePlan(steps: readonly StepState[]): string {
  const misses = steps.filter((step) => !step.hit);
  const rows = steps.map((step) => [
    step.pinned === true ? 'pinned' : step.hit ? 'cached' : 'run',
    step.id,
    step.hit || step.estimate.seconds === null ? '' : `~${step.estimate.seconds.toPrecision(2)} s`,
    step.hit || step.estimate.memoryBytes === null ? '' : `~${gibibytes(step.estimate.memoryBytes)}`,
    step.reasons.join('; '),
  ]);
  return [textTable(rows), summary(misses, steps.length)].join('\n');
}

function summary(misses: readonly StepState[], all: number): string {
  if (misses.length === 0) return 'Everything is up to date.';
  const seconds = misses.reduce((sum, { estimate }) => sum + (estimate.seconds ?? 0), 0);
  const bytes = misses.reduce((sum, { estimate }) => sum + (estimate.outputBytes ?? 0), 0);
  const parts = [
    ...(seconds > 0 ? [`about ${seconds.toPrecision(2)} s`] : []),
    ...(bytes > 0 ? [`${(bytes / 1e6).toFixed(1)} MB of results`] : []),
  ];
  return `${misses.length} of ${all} steps will run${parts.length === 0 ? '' : `: ${parts.join(', ')}`}.`;
}

function gibibytes(bytes: number): string {
  return `${(bytes / 1024 ** 3).toPrecision(2)} GiB`;
}
