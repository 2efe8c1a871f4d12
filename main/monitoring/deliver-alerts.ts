import type { Alert } from '../../shared/rpc/engine-contract.ts';
import { sendAlertEmail } from './alert-email.ts';
import { AlertRefused } from './alert-refused.ts';

const timeoutMs = 5_000;

/** Where alerts go; empty texts are nowhere. */
export interface AlertRoute {
  /** `http(s)://…` or `mqtt(s)://HOST/TOPIC`. */
  webhook: string;
  /** Addresses with commas between. */
  email: string;
}

/**
 * Ways to send alerts that belong together as one message, by name; each rejects when it could not, with `AlertRefused`
 * when another try is of no use. With `isTest` a broker of MQTT keeps the message that it has, not this one.
 */
export function deliveriesOf(
  alerts: readonly Alert[],
  { webhook, email }: AlertRoute,
  { isTest = false } = {},
): [string, () => Promise<void>][] {
  const ways: [string, () => Promise<void>][] = [];
  const [first] = alerts;
  if (first === undefined) return ways;
  if (/^mqtts?:/.test(webhook)) ways.push([webhook, () => publish(alerts, webhook, !isTest)]);
  else if (webhook !== '') ways.push([webhook, () => post(alerts, webhook)]);
  if (email !== '') ways.push([email, () => sendAlertEmail(alerts, messageOf(alerts), email)]);
  return ways;
}

/** `alert` is the first, for receivers that know one only. */
function bodyOf(alerts: readonly Alert[]): string {
  return JSON.stringify({ text: messageOf(alerts), alert: alerts[0], alerts });
}

async function post(alerts: readonly Alert[], url: string): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: bodyOf(alerts),
    signal: AbortSignal.timeout(timeoutMs),
  });
  await response.body?.cancel();
  if (response.ok) return;
  const { status } = response;
  const passes = status >= 500 || status === 408 || status === 429;
  throw new (passes ? Error : AlertRefused)(`status ${status}`);
}

/** `mqtt://HOST:PORT/TOPIC`: told once the broker has it. What it retains it also tells who subscribes later. */
async function publish(alerts: readonly Alert[], address: string, retain: boolean): Promise<void> {
  const { connectAsync } = await import('mqtt');
  const broker = new URL(address);
  const topic = decodeURIComponent(broker.pathname.slice(1));
  broker.pathname = '';
  broker.search = '';
  const client = await connectAsync(broker.href, { connectTimeout: timeoutMs, reconnectPeriod: 0 });
  try {
    await client.publishAsync(topic, bodyOf(alerts), { qos: 1, retain });
  } finally {
    await client.endAsync(true);
  }
}

function messageOf(alerts: readonly Alert[]): string {
  return alerts.map(textOf).join('\n');
}

const severityWords: Readonly<Record<Alert['severity'], string>> = {
  info: 'Note',
  warning: 'Warning',
  critical: 'Critical',
};

/** One text, as chat systems show it. */
export function textOf({ title, severity, explanation, resolvedMs }: Alert): string {
  if (resolvedMs !== null) return `Over: ${title}`;
  const { owner = '', before = [] } = explanation;
  return [
    `${severityWords[severity]}: ${title}.`,
    ...explanation.sentences,
    ...before.slice(0, 1).map(({ text }) => `Before it: ${text}`),
    ...(owner === '' ? [] : [`Owner: ${owner}.`]),
  ].join(' ');
}
