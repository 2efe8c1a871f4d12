import { openSharedEndpoint } from '../../engine/replicas/shared-endpoint.ts';
import { retrainOnce } from '../../engine/replicas/retrain-once.ts';
import type { Command } from '../command.ts';
import { withEngine } from '../open-engine.ts';
import { readGraphFile, requireGraphJson } from '../read-graph.ts';
import { requestsStoreOf, sharedStoreOf } from '../shared-store.ts';

export const retrainCommand: Command = {
  name: 'retrain',
  summary:
    'Trains the model of an endpoint again on the labelled requests its replicas have put into a shared store; a better one goes live by canary.',
  usage: 'GRAPH [--store URI] [--node ENDPOINT] [--reason REASON]…',
  positionals: 1,
  options: { store: { type: 'string' }, node: { type: 'string' }, reason: { type: 'string', multiple: true } },
  optionHelp: {
    store: 'what the replicas share: file:///FOLDER or s3://BUCKET/PREFIX; default SLIPWAY_STORE',
    node: 'endpoint of the graph; default its first',
    reason: 'why, for the record; without one only what the triggers of the graph ask for is done',
  },
  async run(context) {
    const file = await readGraphFile(context.positionals[0]);
    const stores = { models: sharedStoreOf(context), requests: requestsStoreOf(context) };
    const endpoint = await openSharedEndpoint(requireGraphJson(file), stores, context.text('node'));
    // A pod has its reasons from whoever started it.
    const given = (process.env['SLIPWAY_RETRAIN_REASONS'] ?? '').split(',').filter((reason) => reason !== '');
    const events = await withEngine(context, (engine) =>
      retrainOnce(endpoint, {
        engine,
        baseDir: file.baseDir,
        asked: [...new Set([...context.list('reason'), ...given])],
        signal: context.signal,
        log: (text) => context.output.log(text),
      }),
    );
    const last = events.at(-1);
    context.output.result(
      { endpoint: endpoint.name, events: events.map(({ type, text, timeMs }) => ({ type, text, timeMs })) },
      last === undefined ? 'Nothing to do.' : `${endpoint.name}: ${last.type}. ${last.text}`,
    );
    return last?.type === 'failed' ? 1 : 0;
  },
};
