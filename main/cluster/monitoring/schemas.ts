import { z } from 'zod';

/** Exactly the fields of the Prometheus operator's (v0.93) and KEDA's (v2.20) objects that bundles hold. */

const labels = z.record(z.string(), z.string());
const metadata = z.strictObject({ name: z.string(), labels });
const scrape = z.strictObject({ port: z.string(), path: z.literal('/metrics'), interval: z.string() });

export const serviceMonitorSchema = z.strictObject({
  apiVersion: z.literal('monitoring.coreos.com/v1'),
  kind: z.literal('ServiceMonitor'),
  metadata,
  spec: z.strictObject({ selector: z.strictObject({ matchLabels: labels }), endpoints: z.array(scrape).min(1) }),
});

export const podMonitorSchema = z.strictObject({
  apiVersion: z.literal('monitoring.coreos.com/v1'),
  kind: z.literal('PodMonitor'),
  metadata,
  spec: z.strictObject({
    selector: z.strictObject({ matchLabels: labels }),
    podMetricsEndpoints: z.array(scrape).min(1),
  }),
});

export const prometheusRuleSchema = z.strictObject({
  apiVersion: z.literal('monitoring.coreos.com/v1'),
  kind: z.literal('PrometheusRule'),
  metadata,
  spec: z.strictObject({
    groups: z
      .array(
        z.strictObject({
          name: z.string(),
          interval: z.string(),
          rules: z.array(
            z.strictObject({
              alert: z.string().optional(),
              record: z.string().optional(),
              expr: z.string(),
              for: z.string().optional(),
              labels: labels.optional(),
              annotations: labels.optional(),
            }),
          ),
        }),
      )
      .min(1),
  }),
});

export const scaledObjectSchema = z.strictObject({
  apiVersion: z.literal('keda.sh/v1alpha1'),
  kind: z.literal('ScaledObject'),
  metadata,
  spec: z.strictObject({
    scaleTargetRef: z.strictObject({ name: z.string() }),
    minReplicaCount: z.number().int().min(1),
    maxReplicaCount: z.number().int().min(1),
    pollingInterval: z.number().int(),
    cooldownPeriod: z.number().int(),
    fallback: z.strictObject({ failureThreshold: z.number().int(), replicas: z.number().int() }),
    triggers: z
      .array(
        z.strictObject({
          type: z.literal('prometheus'),
          metadata: z.strictObject({
            serverAddress: z.url(),
            query: z.string(),
            threshold: z.string(),
            /** A lost Prometheus must not scale anything down. */
            ignoreNullValues: z.literal('false'),
          }),
        }),
      )
      .min(1),
  }),
});
