/** Where alerts of clusters go. Addresses are files that hold them, so that no secret is in the configuration. */
export interface AlertReceivers {
  /** Names of owners with a receiver of their own. */
  owners: readonly string[];
}

interface Receiver {
  name: string;
  webhook_configs?: { url_file: string; send_resolved: true }[];
  slack_configs?: { api_url_file: string; send_resolved: true; title: string; text: string }[];
}

interface Route {
  receiver: string;
  matchers?: string[];
  group_by?: string[];
  group_wait?: string;
  group_interval?: string;
  repeat_interval?: string;
  routes?: Route[];
}

export interface AlertmanagerConfig {
  route: Route;
  inhibit_rules: { source_matchers: string[]; target_matchers: string[]; equal: string[] }[];
  receivers: Receiver[];
}

const secretsDir = '/etc/alertmanager/secrets/slipway';

/**
 * Routing for the rules of `prometheusRules`: grouped by model, critical ones at once and by both ways, the owner's
 * receiver where there is one. What a warning says is not said again while a critical alert of its model is on.
 */
export function alertmanagerConfig({ owners }: AlertReceivers): AlertmanagerConfig {
  const named = [...new Set(owners.filter((owner) => owner !== ''))].toSorted();
  const slack = {
    api_url_file: `${secretsDir}/slack-url`,
    send_resolved: true as const,
    title: '{{ .CommonAnnotations.summary }}',
    text: '{{ range .Alerts }}{{ .Annotations.description }}\n{{ end }}',
  };
  const webhook = (name: string) => ({ url_file: `${secretsDir}/${name}`, send_resolved: true as const });
  return {
    route: {
      receiver: 'default',
      group_by: ['model', 'alertname'],
      group_wait: '30s',
      group_interval: '5m',
      repeat_interval: '12h',
      routes: [
        ...named.map((owner) => ({ receiver: receiverName(owner), matchers: [`owner=${JSON.stringify(owner)}`] })),
        { receiver: 'critical', matchers: ['severity="critical"'], group_wait: '10s', repeat_interval: '2h' },
        { receiver: 'none', matchers: ['severity="info"'] },
      ],
    },
    inhibit_rules: [
      { source_matchers: ['severity="critical"'], target_matchers: ['severity="warning"'], equal: ['model'] },
    ],
    receivers: [
      { name: 'default', slack_configs: [slack] },
      { name: 'critical', slack_configs: [slack], webhook_configs: [webhook('critical-webhook')] },
      { name: 'none' },
      ...named.map((owner) => ({
        name: receiverName(owner),
        webhook_configs: [webhook(`${receiverName(owner)}-webhook`)],
      })),
    ],
  };
}

function receiverName(owner: string): string {
  const plain = owner
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
  return `owner-${plain === '' ? 'unnamed' : plain}`;
}
