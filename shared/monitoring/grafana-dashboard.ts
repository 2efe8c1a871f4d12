import type { EndpointObjectives } from './prometheus-rules.ts';

interface Panel {
  title: string;
  unit: string;
  queries: { expr: string; legend: string }[];
  /** A line across the panel. */
  limit?: number;
  width?: number;
}

/** A Grafana dashboard (schema 39) of one endpoint: traffic, latency, errors, queue, drift and performance. */
export function grafanaDashboard(objectives: EndpointObjectives): Record<string, unknown> {
  const { model } = objectives;
  const panels = panelsOf(objectives);
  const rowHeight = 8;
  let x = 0;
  let y = 0;
  const placed = panels.map(({ title, unit, queries, limit, width = 12 }, index) => {
    if (x + width > 24) {
      x = 0;
      y += rowHeight;
    }
    const gridPos = { x, y, w: width, h: rowHeight };
    x += width;
    const steps = [{ color: 'green', value: null }, ...(limit === undefined ? [] : [{ color: 'red', value: limit }])];
    return {
      id: index + 1,
      type: 'timeseries',
      title,
      datasource: { type: 'prometheus', uid: '${datasource}' },
      gridPos,
      fieldConfig: {
        defaults: {
          unit,
          custom: { thresholdsStyle: { mode: limit === undefined ? 'off' : 'line' } },
          thresholds: { mode: 'absolute', steps },
        },
        overrides: [],
      },
      options: { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi' } },
      targets: queries.map(({ expr, legend }, at) => ({
        refId: String.fromCodePoint(65 + at),
        expr,
        legendFormat: legend,
      })),
    };
  });
  return {
    uid: `slipway-${model.toLowerCase().replaceAll(/[^a-z0-9-]/g, '-')}`.slice(0, 40),
    title: `Slipway: ${model}`,
    tags: ['slipway'],
    schemaVersion: 39,
    version: 1,
    editable: true,
    timezone: 'browser',
    refresh: '30s',
    time: { from: 'now-6h', to: 'now' },
    templating: { list: [{ name: 'datasource', type: 'datasource', query: 'prometheus', label: 'Data source' }] },
    panels: placed,
  };
}

function panelsOf({ model, p99Ms, drift, performance, availability }: EndpointObjectives): Panel[] {
  const of = (more = '') => `{model=${JSON.stringify(model)}${more}}`;
  const quantile = (q: number) =>
    `histogram_quantile(${q}, sum by (le) (rate(pipeline_inference_duration_seconds_bucket${of()}[5m])))`;
  const panels: Panel[] = [
    {
      title: 'Requests per second',
      unit: 'reqps',
      queries: [
        {
          expr: `sum by (version, code) (rate(pipeline_inference_requests_total${of()}[5m]))`,
          legend: 'v{{version}} {{code}}',
        },
      ],
    },
    {
      title: 'Latency',
      unit: 's',
      limit: p99Ms / 1000,
      queries: [0.5, 0.9, 0.99].map((q) => ({ expr: quantile(q), legend: `p${100 * q}` })),
    },
    {
      title: 'Error budget burn rate',
      unit: 'none',
      limit: 14.4,
      queries: ['1h', '6h'].map((window) => ({
        expr: `slipway:request_error_ratio:rate${window}${of()} / ${Number((1 - availability).toPrecision(6))}`,
        legend: window,
      })),
    },
    {
      title: 'Failures by reason',
      unit: 'reqps',
      queries: [{ expr: `sum by (reason) (rate(nv_inference_request_failure${of()}[5m]))`, legend: '{{reason}}' }],
    },
    {
      title: 'Queue share of request time',
      unit: 'percentunit',
      limit: 0.5,
      queries: [
        {
          expr:
            `sum(rate(pipeline_inference_queue_seconds_sum${of()}[5m]))` +
            ` / sum(rate(pipeline_inference_duration_seconds_sum${of()}[5m]))`,
          legend: 'queue',
        },
      ],
    },
    {
      title: 'CPU and memory of the servers',
      unit: 'short',
      queries: [
        { expr: 'rate(process_cpu_seconds_total[5m])', legend: 'CPU {{instance}}' },
        { expr: 'process_resident_memory_bytes / 2^30', legend: 'GiB {{instance}}' },
      ],
    },
  ];
  if (drift) {
    panels.push({
      title: 'Drift by column',
      unit: 'none',
      queries: [{ expr: `pipeline_drift_score${of()}`, legend: '{{column}}' }],
      width: 24,
    });
  }
  if (performance !== undefined) {
    panels.push({
      title: `Performance: ${performance.metric}`,
      unit: 'none',
      limit: performance.limit,
      queries: ['estimated', 'realized'].map((name) => ({
        expr: `pipeline_${name}_performance${of(`,metric=${JSON.stringify(performance.metric)}`)}`,
        legend: name,
      })),
      width: 24,
    });
  }
  return panels;
}
