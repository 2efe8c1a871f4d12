import { AppError } from '../../../shared/errors/app-error.ts';
import type { RunEvent } from '../../../shared/events/run-events.ts';
import { recoverRuns } from '../../engine/recovery.ts';
import { createRunRecords } from '../../store/run-records.ts';
import type { Command } from '../command.ts';
import { withStore } from '../open-store.ts';
import { textTable } from '../output.ts';

export const runsCommand: Command = {
  name: 'runs',
  summary: 'Lists runs, newest first, or shows the steps and messages of one.',
  actions: {
    list: '[--graph ID] [--limit N]',
    show: 'RUN',
  },
  options: { graph: { type: 'string' }, limit: { type: 'string' } },
  optionHelp: { graph: 'only runs of this graph', limit: 'how many, default 20' },
  run: (context) =>
    withStore(context, async ({ database }) => {
      const records = createRunRecords(database);
      recoverRuns(records);
      const [action, runId = ''] = context.positionals;
      if (action === 'list') {
        const limit = Number(context.text('limit') ?? 20);
        if (!Number.isInteger(limit) || limit < 1) throw new AppError('cli.usage', '--limit takes a whole number.');
        const runs = records.list({ graphId: context.text('graph'), limit });
        const rows = runs.map((run) => [
          run.runId,
          run.graphName,
          run.status,
          new Date(run.startedMs).toISOString(),
          `${run.steps.executed} executed, ${run.steps.cached} cached, ${run.steps.failed} failed`,
        ]);
        context.output.result({ runs }, rows.length === 0 ? 'Nothing has run yet.' : textTable(rows));
        return 0;
      }
      const run = records.get(runId);
      if (run === undefined) {
        throw new AppError('run.not-found', `There is no run ${runId}.`, { fix: 'See: slipway runs list' });
      }
      const events = records.events(runId, 0).map((stored) => JSON.parse(stored.event) as RunEvent);
      context.output.result(
        { run, events },
        events
          .map(describeEvent)
          .filter((line) => line !== '')
          .join('\n'),
      );
      return 0;
    }),
};

function describeEvent(event: RunEvent): string {
  const time = new Date(event.time).toISOString();
  if (event.type === 'step.finished') {
    const why = event.error?.message ?? event.reason ?? '';
    return `${time}  ${event.id}  ${event.status}  ${event.durationMs} ms${why === '' ? '' : `  ${why}`}`;
  }
  if (event.type === 'step.log') return `${time}  ${event.id}  ${event.level}  ${event.text}`;
  if (event.type === 'run.finished') return `${time}  run ${event.status}`;
  return '';
}
