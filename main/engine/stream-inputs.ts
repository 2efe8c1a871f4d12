import { isAbsolute, join } from 'node:path';
import { streamNode } from '../../nodes/data/stream/definition.ts';
import { AppError, toAppError } from '../../shared/errors/app-error.ts';
import type { Diagnostic } from '../../shared/graph/diagnostic.ts';
import { pointer } from '../../shared/graph/json-pointer.ts';
import type { Plan, PlanStep } from '../../shared/plan/plan.ts';
import { streamsFolder } from '../compute/streams/streams-folder.ts';
import { trimLog } from '../compute/streams/trim-log.ts';
import type { SourceSettings } from '../streams/sources/stream-source.ts';
import { kafkaServers } from '../streams/sources/kafka-servers.ts';
import { createStreamFeeds } from '../streams/stream-feeds.ts';
import { createSecrets } from './secrets.ts';

/** How long a run waits for what a broker has, before it takes what came so far. */
const patienceMs = 10_000;
const dayMs = 86_400_000;

/** Brings the logs of the streams that a run reads up to date, and keeps them so until the engine closes. */
export interface StreamInputs {
  /** Warnings name the nodes whose source cannot be reached: the run takes what came before. */
  refresh(plan: Plan, selected: ReadonlySet<string>, baseDir: string): Promise<Diagnostic[]>;
  close(): Promise<void>;
}

export function createStreamInputs(dataDir: string, log: (text: string) => void): StreamInputs {
  const streamsDir = streamsFolder(dataDir);
  const feeds = createStreamFeeds({ streamsDir, log });

  const refreshStep = async (step: PlanStep, baseDir: string): Promise<Diagnostic[]> => {
    const params = streamNode.params.parse(step.params);
    if (params.source === 'replay' || params.name === '') return [];
    try {
      const settings = settingsOf(params, baseDir);
      if (settings !== undefined) await feeds.follow(settings, patienceMs);
    } catch (error) {
      const problem = toAppError(error);
      // Another engine on this data directory reads the source.
      if (problem.code !== 'store.open') return [warning(step.id, problem)];
    }
    const { keepDays, keepEvents, keepMegabytes } = params;
    if (keepDays > 0 || keepEvents > 0 || keepMegabytes > 0) {
      await trimLog(join(streamsDir, params.name), {
        maxAgeMs: keepDays > 0 ? keepDays * dayMs : undefined,
        maxEvents: keepEvents > 0 ? keepEvents : undefined,
        maxBytes: keepMegabytes > 0 ? keepMegabytes * 1e6 : undefined,
      });
    }
    return [];
  };

  return {
    refresh: async (plan, selected, baseDir) => {
      const steps = plan.steps.filter(
        ({ id, kind, pinned }) => kind === streamNode.kind && selected.has(id) && pinned === undefined,
      );
      return (await Promise.all(steps.map((step) => refreshStep(step, baseDir)))).flat();
    },
    close: () => feeds.close(),
  };
}

function settingsOf(params: ReturnType<typeof streamNode.params.parse>, baseDir: string): SourceSettings | undefined {
  const { source, name, url, topic, path, user, password, mechanism, start } = params;
  if (source === 'push' || source === 'replay') return undefined;
  return {
    source,
    name,
    url: source === 'file' ? '' : checkedUrl(source, url),
    topic,
    path: path === '' || isAbsolute(path) ? path : join(baseDir, path),
    user,
    password: password === null ? undefined : createSecrets().value(password.secret),
    mechanism,
    start,
  };
}

const protocols = { mqtt: ['mqtt:', 'mqtts:', 'ws:', 'wss:'], redis: ['redis:', 'rediss:'] };

function checkedUrl(source: 'mqtt' | 'redis' | 'kafka', url: string): string {
  if (source === 'kafka') {
    kafkaServers(url);
    return url;
  }
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed !== undefined && protocols[source].includes(parsed.protocol)) return url;
  throw new AppError('params.invalid', `“${url}” is no address of a broker.`, {
    fix: `Write it as ${source}://HOST:PORT.`,
    details: { field: 'url' },
  });
}

function warning(node: string, error: AppError): Diagnostic {
  return {
    path: pointer('nodes', node),
    node,
    code: error.code,
    severity: 'warning',
    message: error.message,
    ...(error.fix === undefined ? {} : { fix: error.fix }),
  };
}
