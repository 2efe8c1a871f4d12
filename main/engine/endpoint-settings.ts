import type { z } from 'zod';
import type { endpointNode } from '../../nodes/serve/endpoint/definition.ts';
import { type BatchingPolicy, plainLevel } from '../serving/batching-policy.ts';
import { createSecrets } from './secrets.ts';
import type { StartModels } from '../serving/endpoint-host.ts';
import type { PredictionLogOptions } from '../serving/prediction-log/prediction-log.ts';

/** Params of an Endpoint node. */
export type EndpointParams = z.output<typeof endpointNode.params>;

/** What an Endpoint node says of queue, cache and missing features, as the host takes it. */
export function queueSettingsOf(
  params: EndpointParams,
): Pick<StartModels, 'maxBatchRows' | 'maxQueueRows' | 'batching' | 'responseCacheMiB' | 'missingFeatures'> {
  const { maxBatchRows, maxQueueRows, responseCacheMiB, missingFeatures, featureDefaults } = params;
  return {
    maxBatchRows,
    maxQueueRows,
    batching: batchingOf(params),
    responseCacheMiB,
    missingFeatures: { policy: missingFeatures, defaults: featureDefaults },
  };
}

/** What an Endpoint node says of its request log; undefined for none. */
export function requestLogOf(params: EndpointParams): Omit<PredictionLogOptions, 'delivery'> | undefined {
  const { requestLog: mode, redactColumns, logRetentionDays, logMaxMiB } = params;
  if (mode === 'off') return undefined;
  const maxBytes = logMaxMiB === 0 ? null : logMaxMiB * 2 ** 20;
  return { mode, redactColumns, retentionDays: logRetentionDays, maxBytes };
}

/** Where an Endpoint node sends whole requests and answers; secrets come from the environment. */
export function payloadLogOf(params: EndpointParams): Pick<StartModels, 'payloadLog' | 'redactColumns'> {
  const { payloadLogUrl: url, payloadLogMode: mode, payloadLogFormat: format, payloadLogToken, redactColumns } = params;
  if (url === '') return {};
  const token = payloadLogToken === null ? '' : createSecrets().value(payloadLogToken.secret);
  return { payloadLog: { url, mode, format, token }, redactColumns };
}

/** Undefined where nothing differs from the default. */
function batchingOf({ maxDelayMs, preferredBatchRows, priorities }: EndpointParams): BatchingPolicy | undefined {
  if (maxDelayMs === 0 && preferredBatchRows.length === 0 && priorities.length === 0) return undefined;
  const levels = priorities.map(({ maxQueueRows, timeoutMs, onTimeout }) => ({
    ...plainLevel,
    maxQueueRows,
    timeoutMs: timeoutMs === 0 ? null : timeoutMs,
    onTimeout,
  }));
  return {
    maxDelayMs,
    preferredRows: preferredBatchRows,
    levels: levels.length === 0 ? [plainLevel] : levels,
    defaultLevel: Math.max(0, levels.length - 1),
  };
}
