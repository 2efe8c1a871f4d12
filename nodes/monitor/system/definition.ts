import { z } from 'zod';
import { defineNode } from '../../../shared/node/define-node.ts';
import { paramMeta } from '../../../shared/node/param-meta.ts';
import { routeParams } from '../../lib/alarm-params.ts';

const objectives = 'Objectives';
const limits = 'Limits';

export const systemNode = defineNode({
  kind: 'monitor.system',
  version: 1,
  stage: 'monitor',
  title: 'System monitor',
  summary: 'Watches rates, errors, latency, queue and machine of an endpoint against its service-level objectives',
  keywords: [
    'system',
    'slo',
    'burn rate',
    'latency',
    'errors',
    'saturation',
    'cpu',
    'gpu',
    'memory',
    'freshness',
    'alert',
  ],
  params: z.object({
    availability: z
      .number()
      .min(0.5)
      .max(0.99999)
      .default(0.999)
      .describe('Share of requests that must be answered; the rest is the error budget')
      .meta(paramMeta({ section: objectives })),
    latencyMs: z
      .number()
      .min(0)
      .max(600_000)
      .default(0)
      .describe('A request slower than this is late; 0 takes the p99 objective of the endpoint')
      .meta(paramMeta({ section: objectives, unit: 'ms' })),
    latencyShare: z
      .number()
      .min(0.5)
      .max(0.99999)
      .default(0.99)
      .describe('Share of requests that must not be late')
      .meta(paramMeta({ section: objectives })),
    saturation: z
      .number()
      .min(0.1)
      .max(1)
      .default(0.9)
      .describe('Alert when workers, processors, memory or graphics are busier than this share for 5 minutes')
      .meta(paramMeta({ section: limits })),
    queueShare: z
      .number()
      .min(0.05)
      .max(1)
      .default(0.5)
      .describe('Alert when the queue stays fuller than this share of its limit for 5 minutes')
      .meta(paramMeta({ section: limits, advanced: true })),
    silenceMinutes: z
      .number()
      .min(0)
      .max(10_080)
      .default(0)
      .describe('Alert when no request came for so long; 0 is off')
      .meta(paramMeta({ section: limits, unit: 'min' })),
    staleMinutes: z
      .number()
      .min(0)
      .max(525_600)
      .default(0)
      .describe('Alert when the newest values of a feature view are older; 0 takes the time to live of each view')
      .meta(paramMeta({ section: limits, unit: 'min' })),
    ...routeParams,
  }),
  ports: {
    inputs: { requests: { types: ['stream'], doc: 'Requests of an endpoint' } },
    outputs: {},
  },
  infer: () => ({ outputs: {}, problems: [] }),
  determinism: 'external',
  deploy: { workload: 'cronjob' },
  migrations: [],
  examples: [
    {
      name: '99.9 % answered, 99 % in time',
      params: {},
      note: 'Late is what the endpoint calls late: its p99 objective.',
    },
    {
      name: 'Strict, and never silent',
      params: { availability: 0.9999, latencyMs: 20, silenceMinutes: 15 },
      note: 'Also tells when callers have gone away.',
    },
  ],
  help: `Watches how an endpoint runs, apart from how well its model does.

**Objectives.** A share of requests must be answered (\`availability\`), and a share of them in time (\`latencyShare\` within
\`latencyMs\`). What may fail is the error budget. The **burn rate** says how many times faster than allowed it is being
spent. A critical alert needs 14.4 times over 1 h and over 5 min, a warning 6 times over 6 h and over 30 min: the long
window says that it matters, the short one that it still goes on. Fewer than 5 bad requests are no alert. Requests that a
caller got wrong (4xx) spend nothing; those that were refused because the queue was full do.

**Saturation** is the busiest of the model's workers, processors, memory and graphics processor; it and the queue alert
after 5 minutes over their limits. **Stale features**: the newest values of a feature view that the endpoint looks up are
older than the view's time to live. **Silence**: no request for \`silenceMinutes\`.

The Monitors page shows rates, latency, failures by reason, batch size, cost and the machine, minute by minute for six
hours; minutes are kept over a restart. The same numbers are on \`/metrics\`, and an export writes the same burn rates as
Prometheus rules.`,
});
