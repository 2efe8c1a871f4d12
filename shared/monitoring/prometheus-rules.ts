/** One alerting or recording rule, as Prometheus reads it. */
export interface PrometheusRule {
  alert?: string;
  record?: string;
  expr: string;
  for?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}

export interface PrometheusRuleGroup {
  name: string;
  interval: string;
  rules: PrometheusRule[];
}

/** What is known of an endpoint whose metrics Prometheus collects. */
export interface EndpointObjectives {
  /** Name of the model in metrics. */
  model: string;
  /** Who is told; empty: nobody is named. */
  owner: string;
  /** Share of requests that must be answered, in (0, 1). */
  availability: number;
  /** Latency that 99 % of requests must stay under, ms. */
  p99Ms: number;
  /** Replicas that are never scaled down; idle devices are wasted only above. */
  minimumReplicas: number;
  /** Age from which features count as stale, seconds; undefined where no features are looked up. */
  featureTtlSeconds?: number | undefined;
  /** Smallest metric that is good enough, as the performance monitor has it; undefined without one. */
  performance?: { metric: string; limit: number; higherIsBetter: boolean } | undefined;
  /** Whether a drift monitor watches it. */
  drift: boolean;
  /** Whether a performance monitor watches it, which knows its limit itself. */
  watchedPerformance?: boolean | undefined;
}

/** Error budget that burns this many times faster than it may, over a long window confirmed by a short one. */
const burnRates = [
  { name: 'fast', factor: 14.4, long: '1h', short: '5m', hold: '2m', severity: 'critical' },
  { name: 'slow', factor: 6, long: '6h', short: '30m', hold: '15m', severity: 'warning' },
] as const;

/**
 * Alerting and recording rules of one endpoint. Burn rates follow the multi-window method of Google's SRE workbook,
 * chapter 5: 14.4 times over 1 h spends 2 % of a 30-day budget, 6 times over 6 h spends 5 %.
 */
export function prometheusRules(objectives: EndpointObjectives): { groups: PrometheusRuleGroup[] } {
  const { model, owner } = objectives;
  const id = model.replaceAll(/[^A-Za-z0-9_]/g, '_');
  const labels = (severity: string) => ({ severity, model, ...(owner === '' ? {} : { owner }) });
  return {
    groups: [
      { name: `slipway-${id}-objectives`, interval: '30s', rules: objectiveRules(objectives, labels) },
      { name: `slipway-${id}-service`, interval: '30s', rules: serviceRules(objectives, labels) },
      { name: `slipway-${id}-model`, interval: '30s', rules: modelRules(objectives, labels) },
    ],
  };
}

type Labels = (severity: string) => Record<string, string>;

function selector(model: string, more = ''): string {
  return `{model=${JSON.stringify(model)}${more}}`;
}

function objectiveRules({ model, availability, p99Ms }: EndpointObjectives, labels: Labels): PrometheusRule[] {
  const requests = 'pipeline_inference_requests_total';
  const rules: PrometheusRule[] = [];
  for (const window of ['5m', '30m', '1h', '6h']) {
    rules.push({
      record: `slipway:request_error_ratio:rate${window}`,
      expr:
        `sum by (model) (rate(${requests}${selector(model, ',code=~"5.."')}[${window}]))` +
        ` / sum by (model) (rate(${requests}${selector(model)}[${window}]))`,
    });
  }
  const budget = Number((1 - availability).toPrecision(6));
  for (const { name, factor, long, short, hold, severity } of burnRates) {
    const limit = Number((factor * budget).toPrecision(6));
    const ratio = (window: string) => `slipway:request_error_ratio:rate${window}${selector(model)} > ${limit}`;
    rules.push({
      alert: `SlipwayErrorBudgetBurns${name === 'fast' ? 'Fast' : 'Slowly'}`,
      expr: `${ratio(long)} and ${ratio(short)}`,
      for: hold,
      labels: labels(severity),
      annotations: {
        summary: `${model} burns its error budget ${factor} times faster than it may`,
        description: `{{ $value | humanizePercentage }} of requests failed over ${long}; ${(100 * budget).toPrecision(3)} % may.`,
      },
    });
  }
  rules.push({
    alert: 'SlipwayLatency',
    expr:
      `histogram_quantile(0.99, sum by (model, le) (rate(pipeline_inference_duration_seconds_bucket${selector(model)}[5m])))` +
      ` > ${p99Ms / 1000}`,
    for: '10m',
    labels: labels('warning'),
    annotations: {
      summary: `${model} is slower than its objective`,
      description: `p99 is {{ $value | humanizeDuration }}; the objective is ${p99Ms} ms.`,
    },
  });
  return rules;
}

function serviceRules({ model, minimumReplicas, featureTtlSeconds }: EndpointObjectives, labels: Labels) {
  const all = selector(model);
  const rules: PrometheusRule[] = [
    {
      alert: 'SlipwayQueueShare',
      expr:
        `sum by (model) (rate(pipeline_inference_queue_seconds_sum${all}[5m]))` +
        ` / sum by (model) (rate(pipeline_inference_duration_seconds_sum${all}[5m])) > 0.5`,
      for: '10m',
      labels: labels('warning'),
      annotations: {
        summary: `Requests of ${model} wait longer than they are worked on`,
        description: 'The queue takes {{ $value | humanizePercentage }} of their time: add replicas or cores.',
      },
    },
    {
      alert: 'SlipwayRejections',
      expr: `sum by (model) (rate(nv_inference_request_failure${selector(model, ',reason="REJECTED"')}[5m])) > 0`,
      for: '5m',
      labels: labels('critical'),
      annotations: {
        summary: `${model} refuses requests`,
        description: '{{ $value | humanize }} requests per second find the queue full.',
      },
    },
    {
      alert: 'SlipwayModelNotLoaded',
      expr: `absent(pipeline_inference_queued_rows${all})`,
      for: '5m',
      labels: labels('critical'),
      annotations: {
        summary: `No server has ${model} loaded`,
        description: 'No replica is up, or none could load the model: see the log of its pods.',
      },
    },
    {
      alert: 'SlipwaySilence',
      expr: `sum by (model) (increase(pipeline_inference_requests_total${all}[15m])) == 0`,
      for: '1m',
      labels: labels('warning'),
      annotations: {
        summary: `${model} has not been asked for 15 minutes`,
        description: 'A caller may be broken, or send its requests elsewhere.',
      },
    },
    {
      alert: 'SlipwayIdleGpu',
      expr:
        `avg(avg_over_time(DCGM_FI_DEV_GPU_UTIL[1h])) < 10 and` +
        ` count(pipeline_inference_queued_rows${all}) > ${minimumReplicas}`,
      for: '5m',
      labels: labels('info'),
      annotations: {
        summary: `A GPU of ${model} idles`,
        description: 'Under 10 % for an hour, and there are more replicas than the least: scale down.',
      },
    },
  ];
  if (featureTtlSeconds !== undefined) {
    rules.push({
      alert: 'SlipwayFeaturesStale',
      expr: `max by (feature_view) (pipeline_feature_freshness_seconds) > ${featureTtlSeconds}`,
      for: '5m',
      labels: labels('warning'),
      annotations: {
        summary: `Features of ${model} are stale`,
        description: 'The newest values of {{ $labels.feature_view }} are {{ $value | humanizeDuration }} old.',
      },
    });
  }
  return rules;
}

function modelRules(
  { model, drift, performance, watchedPerformance }: EndpointObjectives,
  labels: Labels,
): PrometheusRule[] {
  const rules: PrometheusRule[] = [];
  if (drift) {
    rules.push({
      alert: 'SlipwayInputBreak',
      expr: `max by (model) (pipeline_monitor_alarm${selector(model, ',kind="break"')}) == 1`,
      labels: labels('critical'),
      annotations: {
        summary: `An input of ${model} has changed at its source`,
        description: 'A column has little in common with the training data: other codes, another unit, or no values.',
      },
    });
    rules.push({
      alert: 'SlipwayDrift',
      // The monitor has taken m of k windows together already.
      expr: `max by (model) (pipeline_monitor_alarm${selector(model, ',kind="drift"')}) == 1`,
      labels: labels('warning'),
      annotations: {
        summary: `Inputs of ${model} drift`,
        description: 'Recent requests differ from the training data; see the drift scores by column.',
      },
    });
  }
  if (watchedPerformance === true) {
    for (const [name, severity] of [
      ['estimated', 'warning'],
      ['realized', 'critical'],
    ] as const) {
      rules.push({
        alert: name === 'estimated' ? 'SlipwayEstimatedDrop' : 'SlipwayRealizedDrop',
        expr: `max by (model) (pipeline_monitor_alarm${selector(model, `,kind="${name}-drop"`)}) == 1`,
        labels: labels(severity),
        annotations: {
          summary: `${name === 'estimated' ? 'Estimated' : 'Realized'} performance of ${model} has dropped`,
          description: 'Recent windows are worse than held-out rows by more than the monitor allows.',
        },
      });
    }
  }
  if (performance !== undefined) {
    const { metric, limit, higherIsBetter } = performance;
    const over = higherIsBetter ? '<' : '>';
    for (const [name, severity] of [
      ['estimated', 'warning'],
      ['realized', 'critical'],
    ] as const) {
      rules.push({
        alert: name === 'estimated' ? 'SlipwayEstimatedPerformance' : 'SlipwayRealizedPerformance',
        expr: `pipeline_${name}_performance${selector(model, `,metric=${JSON.stringify(metric)}`)} ${over} ${limit}`,
        for: '5m',
        labels: labels(severity),
        annotations: {
          summary: `${name === 'estimated' ? 'Estimated' : 'Realized'} performance of ${model} has dropped`,
          description: `${metric} is {{ $value | printf "%.3f" }}; the limit is ${limit}.`,
        },
      });
    }
  }
  return rules;
}
