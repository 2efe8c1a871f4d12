import type { StepState } from '../../../shared/plan/plan.ts';
import type { Command } from '../command.ts';
import type { Engine } from '../../engine/engine.ts';
import { diagnosticLines } from '../diagnostic-lines.ts';
import { withEngine } from '../open-engine.ts';
import { textTable } from '../output.ts';
import { readGraphFile, requireGraphJson } from '../read-graph.ts';
import { selectionHelp, selectionOf, selectionOptions } from '../selection.ts';

export const planCommand: Command = {
  name: 'plan',
  summary: 'Says for every step whether it would run, why, and how long it took last time.',
  usage: 'GRAPH [--to NODE] [--from NODE] [--force] [--variants] [--set NODE.PARAM=VALUE]…',
  positionals: 1,
  options: selectionOptions,
  optionHelp: selectionHelp,
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
      context.output.result({ steps, diagnostics }, describePlan(steps));
      return diagnostics.some((entry) => entry.severity === 'error') ? 2 : 0;
    };
    return withEngine(context, look, { lookOnly: true });
  },
};

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
