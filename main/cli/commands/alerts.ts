import { definitionOf } from '../../../nodes/catalog.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import { groupAlerts, stateOfAlert } from '../../../shared/monitoring/alert-groups.ts';
import { type Alert, alertSchema } from '../../../shared/rpc/engine-contract.ts';
import { nearMisses } from '../../../shared/text/near-misses.ts';
import { watchedMonitors } from '../../engine/monitor-folders.ts';
import { planOf } from '../../engine/graph-endpoints.ts';
import { deliveriesOf } from '../../monitoring/deliver-alerts.ts';
import { type AlertRecords, createAlertRecords } from '../../store/alert-records.ts';
import type { Command, CommandContext } from '../command.ts';
import { withStore } from '../open-store.ts';
import { textTable } from '../output.ts';
import { readGraphFile, requireGraphJson } from '../read-graph.ts';

const hourMs = 3_600_000;
const mostListed = 1_000;

export const alertsCommand: Command = {
  name: 'alerts',
  summary:
    'Lists the alerts of monitors, acknowledges one, silences a monitor, sends a test message by the routes of a graph.',
  actions: {
    list: '[--open] [--graph ID] [--cause KIND]',
    ack: 'ID',
    silence: 'GRAPH/NODE [--hours N]',
    unsilence: 'GRAPH/NODE',
    test: 'GRAPHFILE',
  },
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
    const [action = '', subject = ''] = context.positionals;
    if (action === 'test') return testRoutes(context, subject);
    return withStore(context, async ({ database, dataDir }) => {
      const records = createAlertRecords(database);
      if (action === 'list') return list(context, records);
      if (action === 'ack') return acknowledge(context, records, subject);
      return silence(context, records, {
        monitor: requireMonitor(subject, records, dataDir),
        ends: action === 'unsilence',
      });
    });
  },
};

function list(context: CommandContext, records: AlertRecords): number {
  const cause = causeOf(context.text('cause'));
  const alerts = records
    .list({ graphId: context.text('graph'), open: context.flag('open'), limit: mostListed })
    .filter(({ kind }) => cause === undefined || kind === cause);
  context.output.result({ alerts }, alerts.length === 0 ? 'There is no alert.' : listed(alerts));
  return 0;
}

function acknowledge(context: CommandContext, records: AlertRecords, id: string): number {
  const alert = records.acknowledge(id);
  context.output.result(alert, `Acknowledged: ${alert.title}.`);
  return 0;
}

function silence(
  context: CommandContext,
  records: AlertRecords,
  { monitor: { graphId, nodeId }, ends }: { monitor: Monitor; ends: boolean },
): number {
  const hours = Number(context.text('hours') ?? 1);
  if (!(hours > 0 && hours <= 720)) throw new AppError('cli.usage', '--hours is not a number from 0 to 720.');
  const untilMs = ends ? Date.now() - 1 : Date.now() + hours * hourMs;
  records.silence(graphId, nodeId, untilMs);
  const text = ends ? 'Alerts are sent again.' : `Silent until ${new Date(untilMs).toISOString()}.`;
  context.output.result({ graphId, nodeId, silencedUntilMs: ends ? null : untilMs }, text);
  return 0;
}

interface Monitor {
  graphId: string;
  nodeId: string;
}

/** A monitor that has said something in this data directory: it has a memory, or there was an alert of it. */
function requireMonitor(subject: string, records: AlertRecords, dataDir: string): Monitor {
  const known = new Set([
    ...records.list({ limit: mostListed }).map(({ graphId, nodeId }) => `${graphId}/${nodeId}`),
    ...watchedMonitors(dataDir),
  ]);
  const [graphId, nodeId] = subject.split('/');
  if (known.has(subject) && graphId !== undefined && nodeId !== undefined) return { graphId, nodeId };
  const named = nearMisses(subject, [...known]);
  throw new AppError('cli.usage', `No monitor “${subject}” has watched anything here.`, {
    fix:
      known.size === 0
        ? 'Name it as GRAPH/NODE, once its endpoint has run; or name its data directory with --data-dir.'
        : `Name it as GRAPH/NODE, such as ${(named.length > 0 ? named : [...known].slice(0, 3)).join(', ')}.`,
  });
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
    for (const [to, send] of deliveriesOf([testAlert(plan.graph.id, id)], route, { isTest: true })) {
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
