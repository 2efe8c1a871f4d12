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
  usage: 'GRAPH [--to NODE] [--from NODE] [--force] [--set NODE.PARAM=VALUE]…',
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
  const misses = steps.filter((step) => !step.hit).length;
  const rows = steps.map((step) => [
    step.hit ? 'cached' : 'run',
    step.id,
    step.estimate.seconds === null ? '' : `~${step.estimate.seconds.toPrecision(2)} s`,
    step.reasons.join('; '),
  ]);
  const summary = misses === 0 ? 'Everything is up to date.' : `${misses} of ${steps.length} steps will run.`;
  return `${textTable(rows)}\n${summary}`;
}
