import type { BundleComponent } from '../bundle-part.ts';
import { toYaml } from '../yaml-text.ts';

/** As the adapter gives it to autoscalers: mean seconds that requests of the last two minutes waited. */
const metric = 'pipeline_inference_queue_time';
const histogram = 'pipeline_inference_queue_seconds';
const rulesFile = 'prometheus-adapter-rules.yaml';
/** Replicas are added while the wait takes this share of the time an answer may take. */
const shareOfObjective = 0.5;

/** Scales Deployments by the time requests wait, through the custom metrics API; CPU stays beside it. */
export function queueTimeComponent(scaled: readonly { name: string; p99Ms: number }[]): BundleComponent {
  return {
    name: 'queue-time',
    about: `scales endpoints by the time requests wait (and by CPU, whichever asks for more), without KEDA. Needs \`../../components/monitoring\` and prometheus-adapter with the rules in \`${rulesFile}\` (\`slipway doctor --context\` says whether the cluster has custom metrics); not together with \`keda\`.`,
    objects: [],
    patches: scaled.map(({ name, p99Ms }) => ({
      target: { kind: 'HorizontalPodAutoscaler', name },
      patch: JSON.stringify([
        {
          op: 'add',
          path: '/spec/metrics/-',
          value: {
            type: 'Pods',
            pods: {
              metric: { name: metric },
              // Thousandths of a second.
              target: { type: 'AverageValue', averageValue: `${Math.max(1, Math.round(p99Ms * shareOfObjective))}m` },
            },
          },
        },
      ]),
    })),
    files: [{ path: rulesFile, text: adapterRules() }],
  };
}

/** Values of prometheus-adapter's chart. Without requests the wait is 0, not missing: an autoscaler would stand still. */
function adapterRules(): string {
  const rate = (suffix: string) => `sum(rate(${histogram}_${suffix}{<<.LabelMatchers>>}[2m])) by (<<.GroupBy>>)`;
  return toYaml([
    {
      rules: {
        custom: [
          {
            seriesQuery: `${histogram}_count{namespace!="",pod!=""}`,
            resources: { overrides: { namespace: { resource: 'namespace' }, pod: { resource: 'pod' } } },
            name: { as: metric },
            metricsQuery: `${rate('sum')} / clamp_min(${rate('count')}, 0.001)`,
          },
        ],
      },
    },
  ]);
}
