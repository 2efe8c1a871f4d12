import type { Alert, MonitorReport } from '../../shared/rpc/engine-contract.ts';
import { metricWords } from '../../shared/model/metric-names.ts';
import { toAppError } from '../../shared/errors/app-error.ts';
import { AlertRefused } from './alert-refused.ts';
import { type AlertRoute, deliveriesOf, textOf } from './deliver-alerts.ts';
import type { AlertRecords } from '../store/alert-records.ts';
import type { WindowDetails } from './window-details.ts';

export interface AlertRule {
  graphId: string;
  nodeId: string;
  kind: Alert['kind'];
  severity: Alert['severity'];
  title: string;
  /** Empty: nothing is posted. */
  webhook: string;
  /** Addresses with commas between; empty: nothing is mailed. */
  email?: string | undefined;
}

export interface Alerting {
  /** Follows the state of a rule: opens an alert when it begins to hold, ends it when it no longer does. */
  update(rule: AlertRule, active: boolean, explain: () => Promise<Alert['explanation']>): void;
  /**
   * Sends what still waits for others. Resolves once all is sent or was refused, which is not tried again, and after
   * 5 s at the latest.
   */
  close(): Promise<void>;
}

export interface AlertingOptions {
  log(text: string): void;
  /** Hears of every alert that begins or is over, at once. */
  onChange?: ((alert: Alert) => void) | undefined;
  /** Alerts of a graph within this time go to a receiver as one message; default 3 s. */
  groupMs?: number | undefined;
  /** Wait before the second try; it doubles from try to try. Default 2 s. */
  retryMs?: number | undefined;
}

/** Moved columns whose distributions an alert keeps. */
const drawnColumns = 3;

const defaultGroupMs = 3_000;
const defaultRetryMs = 2_000;
const longestRetryMs = 600_000;
/** A machine at the edge may have no network for hours. */
const tryForMs = 86_400_000;
/** The person is told once so many tries failed. */
const triesUntilTold = 3;
/** Messages that are tried again at a time; what comes beyond is tried once. */
const mostWaiting = 200;
const longestCloseMs = 5_000;

/** For so long, or until the signal. */
function waitFor(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms).unref();
    signal.addEventListener('abort', end, { once: true });
  });
}

export function createAlerting(
  records: AlertRecords,
  { log, onChange, groupMs = defaultGroupMs, retryMs = defaultRetryMs }: AlertingOptions,
): Alerting {
  /** What waits for others of its graph that go the same way. */
  const groups = new Map<string, { route: AlertRoute; alerts: Alert[]; timer: NodeJS.Timeout }>();
  const underWay = new Set<Promise<void>>();
  const closing = new AbortController();

  async function deliver(alerts: readonly Alert[], send: () => Promise<void>): Promise<void> {
    const titles = alerts.map(({ title }) => `"${title}"`).join(', ');
    const untilMs = performance.now() + tryForMs;
    for (let tries = 1; ; tries++) {
      try {
        await send();
        break;
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        const isLast = error instanceof AlertRefused || performance.now() > untilMs || underWay.size > mostWaiting;
        if (isLast || closing.signal.aborted) {
          log(`The alert ${titles} could not be sent: ${reason}.`);
          return;
        }
        if (tries === triesUntilTold) {
          log(`The alert ${titles} could not be sent yet: ${reason}. It is tried again for a day.`);
        }
        await waitFor(Math.min(longestRetryMs, retryMs * 2 ** (tries - 1)), closing.signal);
      }
    }
    try {
      for (const { id } of alerts) records.delivered(id);
    } catch (error) {
      // Sent is sent: the store may have been closed meanwhile.
      log(`The alert ${titles} was sent, which could not be kept: ${toAppError(error).message}`);
    }
  }

  function send(key: string): void {
    const group = groups.get(key);
    if (group === undefined) return;
    groups.delete(key);
    clearTimeout(group.timer);
    for (const [, way] of deliveriesOf(group.alerts, group.route)) {
      const delivery = deliver(group.alerts, way).finally(() => underWay.delete(delivery));
      underWay.add(delivery);
    }
  }

  return {
    update(rule, active, explain) {
      const { webhook: _webhook, email: _email, ...opened } = rule;
      const { graphId, nodeId, kind } = rule;
      if (!active) {
        tell(records.resolve(graphId, nodeId, kind), rule);
      } else if (!records.isOpen(graphId, nodeId, kind)) {
        explain()
          .then((explanation) => tell(records.open({ ...opened, explanation }), rule))
          .catch((error: unknown) => log(`The alert "${rule.title}" could not be kept: ${toAppError(error).message}`));
      }
    },
    async close() {
      closing.abort();
      for (const key of groups.keys()) send(key);
      const late = new AbortController();
      await Promise.race([Promise.all(underWay), waitFor(longestCloseMs, late.signal)]);
      late.abort();
    },
  };

  function tell(changed: Alert | undefined, { webhook, email = '' }: AlertRule): void {
    if (changed === undefined) return;
    log(textOf(changed));
    onChange?.(changed);
    if (changed.silenced || (webhook === '' && email === '')) return;
    const key = JSON.stringify([changed.graphId, webhook, email]);
    const group = groups.get(key);
    if (group !== undefined) group.alerts.push(changed);
    else {
      const timer = setTimeout(() => send(key), groupMs);
      groups.set(key, { route: { webhook, email }, alerts: [changed], timer });
    }
  }
}

/** What the report of a window says. */
export function explainDrift(
  report: MonitorReport,
  { words, effects, examples }: WindowDetails,
  performance: Alert['explanation']['performance'],
): Alert['explanation'] {
  const columns = report.columns
    .filter(({ drifted }) => drifted)
    .map(({ column, distribution }) => ({
      column,
      words: words[column] ?? '',
      effect: effects[column] ?? 0,
      distribution,
    }))
    .toSorted((a, b) => b.effect - a.effect)
    .map(({ distribution, ...column }, i) => (i < drawnColumns ? { ...column, distribution } : column));
  const sentences = [
    `${columns.length} of ${report.columns.length} inputs differ from the training data in ${windowWords(report)}.`,
    ...columns.slice(0, 5).map(({ column, words: text }) => `${column}: ${text}.`),
    ...(report.findings ?? []).slice(0, 5).map(({ column, text }) => `${column}: ${text}.`),
    ...(report.multivariate?.drifted === true
      ? [
          `Rows as a whole differ from training rows (told apart with ROC AUC ${report.multivariate.domain.auc.toFixed(2)}).`,
        ]
      : []),
  ];
  return { sentences: [...sentences, ...performanceSentence(performance)], columns, performance, examples };
}

/** Which requests a window has; of event time, also when what they are about happened. */
function windowWords({ currentRows, eventTime, history }: MonitorReport): string {
  const startMs = history.at(-1)?.startMs;
  if (eventTime === undefined || startMs === undefined) return `the last ${currentRows} requests`;
  const [from, to] = [startMs, startMs + eventTime.windowMs].map((ms) => new Date(ms).toISOString().slice(0, 19));
  return `${currentRows} requests with ${eventTime.column} from ${from} to ${to} UTC`;
}

/** What a performance report says about one of its drops; `cause` says why, where it is known. */
export function explainDrop(report: MonitorReport, kind: 'estimated' | 'realized', cause = ''): Alert['explanation'] {
  const { metric = '', reference = null, windows = [] } = report.performance ?? {};
  const judged = windows.filter((window) => window[kind] !== null);
  const now = judged.at(-1)?.[kind]?.value ?? null;
  const performance = { metric, now, reference };
  const sentences = [...performanceSentence(performance, kind), ...(cause === '' ? [] : [cause])];
  return { sentences, columns: [], performance, examples: [] };
}

function performanceSentence(performance: Alert['explanation']['performance'], kind = 'estimated'): string[] {
  if (performance === null || performance.now === null || performance.reference === null) return [];
  const { metric, now, reference } = performance;
  const name = kind === 'estimated' ? 'Estimated' : 'Realized';
  return [
    `${name} performance (${metricWords(metric)}) is ${now.toFixed(3)}; on held-out rows it was ${reference.toFixed(3)}.`,
  ];
}
