import { AppError, toAppError } from '../../../shared/errors/app-error.ts';
import { openSharedEndpoint } from '../../engine/replicas/shared-endpoint.ts';
import { judgeEndpoint } from '../../engine/replicas/judge-endpoint.ts';
import type { Command } from '../command.ts';
import { readGraphFile, requireGraphJson } from '../read-graph.ts';
import { requestsStoreOf, sharedStoreOf } from '../shared-store.ts';
import type { Readings } from '../../monitoring/replicas/endpoint-state.ts';

export const monitorCommand: Command = {
  name: 'monitor',
  summary:
    'Looks once at the requests and labels that the replicas of an endpoint have put into a shared store: drift, performance, and whether to train again.',
  usage: 'GRAPH [--store URI] [--node ENDPOINT] [--start KIND/NAME]',
  positionals: 1,
  options: { store: { type: 'string' }, node: { type: 'string' }, start: { type: 'string' } },
  optionHelp: {
    store: 'what the replicas share: file:///FOLDER or s3://BUCKET/PREFIX; default SLIPWAY_STORE',
    node: 'endpoint of the graph; default its first',
    start: 'in a pod: the cronjob or workflowtemplate that is started when the model should be trained again',
  },
  async run(context) {
    const file = await readGraphFile(context.positionals[0]);
    const start = startOf(context.text('start'));
    const stores = { models: sharedStoreOf(context), requests: requestsStoreOf(context) };
    const document = requireGraphJson(file);
    const endpoint = await registered(() => openSharedEndpoint(document, stores, context.text('node')));
    if (endpoint === undefined) {
      context.output.result({ endpoint: null, retrain: [], started: null }, 'No model is registered yet.');
      return 0;
    }
    const judged = await judgeEndpoint(endpoint, {
      signal: context.signal,
      log: (text) => context.output.log(text),
    });
    const { readings, rows, labelled, retrain } = judged;
    let started: string | null = null;
    if (retrain.length > 0 && start !== undefined) {
      const { startRetraining } = await import('../../cluster/start-retraining.ts');
      const { events } = await endpoint.state.loop();
      // A start that has not said anything yet has the same name: it is not started twice.
      started = await startRetraining(start, `${events.at(-1)?.seq ?? 0}`, retrain);
    }
    const result = {
      endpoint: endpoint.name,
      model: endpoint.champion.version,
      rows,
      labelled,
      readings: readings.readings,
      retrain,
      started,
    };
    const alarms = readings.readings.flatMap(alarmsOf);
    const lines = [
      `${endpoint.name} version ${endpoint.champion.version}: ${rows} requests, ${labelled} with labels.`,
      alarms.length === 0 ? 'No alarm.' : `Alarm: ${alarms.join(', ')}.`,
      ...(retrain.length === 0 ? [] : [`Should be trained again: ${retrain.join(', ')}.`]),
      ...(started === null ? [] : [`Started ${started}.`]),
    ];
    context.output.result(result, lines.join('\n'));
    return 0;
  },
};

/** Undefined before the first run has registered a model: there is nothing to look at yet. */
async function registered<T>(open: () => Promise<T>): Promise<T | undefined> {
  try {
    return await open();
  } catch (error) {
    if (toAppError(error).code === 'model.not-found') return undefined;
    throw error;
  }
}

function startOf(text: string | undefined): { kind: 'cronjob' | 'workflowtemplate'; name: string } | undefined {
  if (text === undefined) return undefined;
  const [kind = '', name = ''] = text.split('/');
  if ((kind === 'cronjob' || kind === 'workflowtemplate') && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(name)) {
    return { kind, name };
  }
  throw new AppError('cli.usage', `--start ${text} names no cronjob/NAME or workflowtemplate/NAME.`);
}

/** What a reading is in alarm about, in words. */
function alarmsOf(reading: Readings['readings'][number]): string[] {
  switch (reading.kind) {
    case 'drift':
      return reading.alarm || reading.broken ? ['inputs drift'] : [];
    case 'performance':
      return reading.alarms.estimated || reading.alarms.realized ? ['performance has dropped'] : [];
    case 'features':
      return [];
  }
}
