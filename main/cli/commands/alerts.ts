import { definitionOf } from '../../../nodes/catalog.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import { groupAlerts, stateOfAlert } from '../../../shared/monitoring/alert-groups.ts';
import { type Alert, alertSchema } from '../../../shared/rpc/engine-contract.ts';
import { planOf } from '../../engine/graph-endpoints.ts';
import { deliveriesOf } from '../../monitoring/deliver-alerts.ts';
import { type AlertRecords, createAlertRecords } from '../../store/alert-records.ts';
import type { Command, CommandContext } from '../command.ts';
import { withStore } from '../open-store.ts';
import { textTable } from '../output.ts';
import { readGraphFile, requireGraphJson } from '../read-graph.ts';

const actions = ['list', 'ack', 'silence', 'unsilence', 'test'] as const;
type Action = (typeof actions)[number];

const hourMs = 3_600_000;
const mostListed = 1_000;

export const alertsCommand: Command = {
  name: 'alerts',
  summary:
    'Lists the alerts of monitors, acknowledges one, silences a monitor, sends a test message by the routes of a graph.',
  usage:
    '[list] [--open] [--graph ID] [--cause KIND] | ack ID | silence GRAPH/NODE [--hours N] | unsilence GRAPH/NODE | test GRAPHFILE',
  positionals: 2,
  options: {
    open: { type: 'boolean' },
    graph: { type: 'string' },
    cause: { type: 'string' },
    hours: { type: 'string' },
  },
  optionHelp: {
    open: 'only alerts that are not over',
    graph: 'only alerts of this graph, by its id',
    cause: 'only alerts about this, such as drift or realized-drop',
    hours: 'how long nothing is sent; default 1, at most 720',
  },
  run(context) {
    const [first = 'list', subject] = context.positionals;
    const action = actions.find((known) => known === first);
    if (action === undefined) {
      throw new AppError('cli.usage', `There is no "alerts ${first}".`, { fix: `Use one of ${actions.join(', ')}.` });
    }
    if (action === 'test') return testRoutes(context, subject);
    return withStore(context, async ({ database }) => act(context, createAlertRecords(database), action, subject));
  },
};

function act(context: CommandContext, records: AlertRecords, action: Action, subject: string | undefined): number {
  if (action === 'list') {
    if (subject !== undefined) throw new AppError('cli.usage', `"alerts list" does not take "${subject}".`);
    const cause = causeOf(context.text('cause'));
    const alerts = records
      .list({ graphId: context.text('graph'), open: context.flag('open'), limit: mostListed })
      .filter(({ kind }) => cause === undefined || kind === cause);
    context.output.result({ alerts }, alerts.length === 0 ? 'There is no alert.' : listed(alerts));
    return 0;
  }
  if (subject === undefined) {
    throw new AppError(
      'cli.usage',
      `"alerts ${action}" needs ${action === 'ack' ? 'the id of an alert' : 'GRAPH/NODE'}.`,
    );
  }
  if (action === 'ack') {
    const alert = records.acknowledge(subject);
    context.output.result(alert, `Acknowledged: ${alert.title}.`);
    return 0;
  }
  const [, graphId, nodeId] = /^([^/]+)\/([^/]+)$/.exec(subject) ?? [];
  if (graphId === undefined || nodeId === undefined) {
    throw new AppError('cli.usage', `"${subject}" is not GRAPH/NODE.`, { fix: 'Take it from: slipway alerts' });
  }
  const hours = Number(context.text('hours') ?? 1);
  if (!(hours > 0 && hours <= 720)) throw new AppError('cli.usage', '--hours is not a number from 0 to 720.');
  const untilMs = action === 'silence' ? Date.now() + hours * hourMs : Date.now() - 1;
  records.silence(graphId, nodeId, untilMs);
  const text = action === 'silence' ? `Silent until ${new Date(untilMs).toISOString()}.` : 'Alerts are sent again.';
  context.output.result({ graphId, nodeId, silencedUntilMs: action === 'silence' ? untilMs : null }, text);
  return 0;
}

/** Throws `cli.usage`. */
function causeOf(text: string | undefined): Alert['kind'] | undefined {
  if (text === undefined) return undefined;
  const kinds = alertSchema.shape.kind.options;
  const cause = kinds.find((kind) => kind === text);
  if (cause !== undefined) return cause;
  throw new AppError('cli.usage', `No alert is about "${text}".`, { fix: `Use one of ${kinds.join(', ')}.` });
}

/** Grouped by monitor, as the app shows them. */
function listed(alerts: readonly Alert[]): string {
  return groupAlerts(alerts, 'monitor')
    .map(({ key, open, alerts: own }) => {
      const lines = own.map((alert) => [
        `  ${stateOfAlert(alert)}`,
        alert.severity,
        alert.kind,
        new Date(alert.startedMs).toISOString().slice(0, 19).replace('T', ' '),
        alert.title,
        alert.id,
      ]);
      return `${key}: ${open} of ${own.length} open\n${textTable(lines)}`;
    })
    .join('\n');
}

/** Exit 1 where a route did not take the message. */
async function testRoutes(context: CommandContext, path: string | undefined): Promise<number> {
  const file = await readGraphFile(path);
  const plan = planOf(requireGraphJson(file));
  if (plan === undefined)
    throw new AppError('graph.invalid', 'The graph cannot be planned.', { fix: 'Run slipway validate.' });
  const results: { node: string; to: string; ok: boolean; reason: string | null }[] = [];
  for (const { id, kind, params } of plan.services) {
    if (definitionOf(kind)?.stage !== 'monitor') continue;
    const route = { webhook: String(params['webhook'] ?? ''), email: String(params['email'] ?? '') };
    for (const [to, send] of deliveriesOf([testAlert(plan.graph.id, id)], route)) {
      const reason = await send().then(
        () => null,
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      );
      results.push({ node: id, to, ok: reason === null, reason });
    }
  }
  const lines = results.map(({ node, to, ok, reason }) => [ok ? 'sent' : 'failed', node, to, reason ?? '']);
  context.output.result(
    { routes: results },
    results.length === 0 ? 'No monitor sends its alerts anywhere.' : textTable(lines),
  );
  return results.some(({ ok }) => !ok) ? 1 : 0;
}

function testAlert(graphId: string, nodeId: string): Alert {
  return {
    id: 'test',
    graphId,
    nodeId,
    kind: 'drift',
    severity: 'info',
    title: `Test of the alert route of ${graphId}/${nodeId}`,
    explanation: { sentences: ['Nothing is wrong.'], columns: [], performance: null, examples: [] },
    startedMs: Date.now(),
    resolvedMs: null,
    acknowledgedMs: null,
    deliveredMs: null,
    silenced: false,
  };
}
