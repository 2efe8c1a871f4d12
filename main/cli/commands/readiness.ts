import { AppError } from '../../../shared/errors/app-error.ts';
import { readinessMarkdown } from '../../../shared/readiness/readiness-markdown.ts';
import { gatherFacts } from '../../readiness/gather-facts.ts';
import { readinessOf } from '../../readiness/readiness.ts';
import type { Command } from '../command.ts';
import { withEngine } from '../open-engine.ts';
import { readGraphFile, requireGraphJson } from '../read-graph.ts';

export const readinessCommand: Command = {
  name: 'readiness',
  summary: 'Says what stands between a graph and production, by the results in the store. Runs nothing.',
  usage: 'GRAPH [--require SCORE]',
  positionals: 1,
  options: { require: { type: 'string' } },
  optionHelp: { require: 'smallest score that exits with 0: share of the items that are met, 0 to 100' },
  async run(context) {
    const required = scoreOption(context.text('require'));
    const file = await readGraphFile(context.positionals[0]);
    const document = requireGraphJson(file);
    return withEngine(context, async (engine) => {
      const facts = await gatherFacts(engine, document, { baseDir: file.baseDir, signal: context.signal });
      const report = readinessOf(facts);
      context.output.result(report, readinessMarkdown(facts.document.name, report));
      if (report.score >= required) return 0;
      context.output.log(`The score is ${report.score}, required is ${required}.`);
      return 1;
    });
  },
};

function scoreOption(text: string | undefined): number {
  if (text === undefined) return 0;
  const score = Number(text);
  if (text.trim() !== '' && score >= 0 && score <= 100) return score;
  throw new AppError('cli.usage', `--require ${text} is no score.`, { fix: 'Give a number from 0 to 100.' });
}
