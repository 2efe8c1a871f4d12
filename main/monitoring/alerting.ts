import type { Alert, MonitorReport } from '../../shared/rpc/engine-contract.ts';
import { toAppError } from '../../shared/errors/app-error.ts';
import { sendAlertEmail } from './alert-email.ts';
import type { AlertRecords } from '../store/alert-records.ts';

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
}

const attempts = 3;
const timeoutMs = 5_000;
const retryDelayMs = 2_000;

/** `onChange` hears of every alert that begins or is over. */
export function createAlerting(
  records: AlertRecords,
  log: (text: string) => void,
  onChange?: (alert: Alert) => void,
): Alerting {
  async function deliver(alert: Alert, send: () => Promise<void>): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await send();
        records.delivered(alert.id);
        return;
      } catch (error) {
        if (attempt === attempts) {
          log(
            `The alert "${alert.title}" could not be sent: ${error instanceof Error ? error.message : String(error)}.`,
          );
          return;
        }
        await new Promise((resolve) => {
          setTimeout(resolve, retryDelayMs).unref();
        });
      }
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
  };

  function tell(changed: Alert | undefined, { webhook, email = '' }: AlertRule): void {
    if (changed === undefined) return;
    const active = changed.resolvedMs === null;
    log(active ? textOf(changed) : `Over: ${changed.title}`);
    onChange?.(changed);
    if (changed.silenced) return;
    if (webhook !== '')
      void deliver(changed, () => (/^mqtts?:/.test(webhook) ? publish(changed, webhook) : post(changed, webhook)));
    if (email !== '') void deliver(changed, () => sendAlertEmail(changed, textOf(changed), email));
  }
}

async function post(alert: Alert, url: string): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ text: textOf(alert), alert }),
    signal: AbortSignal.timeout(timeoutMs),
  });
  if (!response.ok) throw new Error(`status ${response.status}`);
}

/** `mqtt://HOST:PORT/TOPIC`: told once the broker has it. The last alert stays with the broker for who subscribes later. */
async function publish(alert: Alert, address: string): Promise<void> {
  const { connectAsync } = await import('mqtt');
  const { href, pathname } = new URL(address);
  const broker = href.slice(0, href.length - pathname.length);
  const client = await connectAsync(broker, { connectTimeout: timeoutMs, reconnectPeriod: 0 });
  try {
    const text = JSON.stringify({ text: textOf(alert), alert });
    await client.publishAsync(decodeURIComponent(pathname.slice(1)), text, { qos: 1, retain: true });
  } finally {
    await client.endAsync(true);
  }
}

/** One text, as chat systems show it. */
function textOf({ title, severity, explanation, resolvedMs }: Alert): string {
  if (resolvedMs !== null) return `Over: ${title}`;
  const { owner = '', before = [] } = explanation;
  return [
    `${severity === 'critical' ? 'Critical' : 'Warning'}: ${title}.`,
    ...explanation.sentences,
    ...before.slice(0, 1).map(({ text }) => `Before it: ${text}`),
    ...(owner === '' ? [] : [`Owner: ${owner}.`]),
  ].join(' ');
}

/** What a drift report says, with the words of its columns. */
export function explainDrift(
  report: MonitorReport,
  words: Readonly<Record<string, string>>,
  performance: Alert['explanation']['performance'],
  examples: Alert['explanation']['examples'],
): Alert['explanation'] {
  const effects = report.history.at(-1)?.drift ?? {};
  const columns = report.columns
    .filter(({ drifted }) => drifted)
    .map(({ column }) => ({ column, words: words[column] ?? '', effect: effects[column] ?? 0 }))
    .toSorted((a, b) => b.effect - a.effect);
  const sentences = [
    `${columns.length} of ${report.columns.length} inputs differ from the training data in the last ${report.currentRows} requests.`,
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
  return [`${name} ${metric} is ${now.toFixed(3)}; on held-out rows it was ${reference.toFixed(3)}.`];
}
