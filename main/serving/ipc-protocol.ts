import type { WireError } from '../../shared/errors/app-error.ts';
import type { LoggedTiming } from '../../shared/rpc/engine-contract.ts';
import type { MissingFeatures } from '../features/enrichment.ts';
import type { ExplainAnswer } from './explain/explain-service.ts';
import type { EndpointPoint } from './activity-recorder.ts';
import type { BatcherLimits } from './batcher.ts';
import type { MonitorReading } from './monitor-readings.ts';
import type { ModelSource } from './model-source.ts';
import type { PredictionLogOptions } from './prediction-log/prediction-log.ts';
import type { PayloadLogOptions } from './payload-log/payload-log.ts';
import type { Prediction } from './predict-rows.ts';
import type { FleetOptions, ScalingOptions } from './replicas/scaling-options.ts';
import type { LogReader, RecentRows } from './request-log.ts';
import type { TrafficRule } from './traffic.ts';

/** Messages between the endpoint host and a serving process; structured clones over the IPC channel of a fork. */

export interface ServingStart {
  type: 'start';
  /** Of several versions of the first model, the first given one answers requests that name none. */
  models: ModelSource[];
  http: { host: string; port: number };
  /** On the same host; 0: any free port, null: no gRPC. */
  grpcPort: number | null;
  /** File with the keys of the data directory; null: no key is needed. */
  keysPath: string | null;
  /** Processes that hold the connections of HTTP clients; 1: the serving process does. */
  fronts: number;
  /** Files with certificate chain and key, PEM; null: no TLS. */
  tls: { certPath: string; keyPath: string } | null;
  corsOrigins: string[];
  limits: BatcherLimits;
  ownership: Ownership;
  threads: number;
  device: string;
  scaling: ScalingOptions;
  fleet: FleetOptions;
  /** Bound of the response cache of each model version; 0: none. */
  responseCacheBytes: number;
  /** Null: no request log on the disk. */
  predictionLog: PredictionLogOptions | null;
  /** Null: whole requests and answers are sent nowhere. */
  payloadLog: PayloadLogOptions | null;
  /** Folder of models that may be loaded and unloaded while serving; null: the models are fixed. */
  repositoryDir: string | null;
  /** How often it is looked at for changes; null: models are loaded and unloaded by requests only. */
  repositoryPollMs: number | null;
  /** Data directory, with the online features. */
  dataDir: string;
  missingFeatures: MissingFeatures;
  /** Where this endpoint keeps its files; made when needed. */
  stateDir: string;
  version: string;
}

/** Who answers for an endpoint, and who is called when it fails; empty: nobody was named. */
export interface Ownership {
  endpoint: string;
  owner: string;
  onCall: string;
}

/** Calls by name: arguments and results. `model` without a version means the highest one. */
export interface ServingCalls {
  predict: {
    /** `isTest`: neither logged nor watched. */
    args: { model: string; rows: Record<string, unknown>[]; isTest: boolean };
    result: { predictions: Prediction[]; timing: LoggedTiming };
  };
  explain: { args: { model: string; rows: Record<string, unknown>[] }; result: ExplainAnswer };
  /**
   * Serves these models instead, without a gap: the old ones answer until the new ones are warm, and those that stay go
   * on as they are. With several versions of one model, `traffic` says which answers what; null: the first one all.
   */
  replaceModels: { args: { models: ModelSource[]; traffic: TrafficRule | null }; result: null };
  recentRows: {
    args: { model: string; version: string; limit: number; reader?: LogReader | undefined };
    result: RecentRows;
  };
  /** What each version of a model has answered. */
  versions: { args: { model: string }; result: VersionCounts[] };
}

/** Counts of one served version since it was loaded. */
export interface VersionCounts {
  version: string;
  digest: string;
  /** Rows inferred, copies of requests included. */
  rows: number;
  requests: number;
  /** Requests that failed by a fault of the server (status 5xx). */
  failed: number;
  /** Mean time in the model per request, ms; null before the first. */
  inferMs: number | null;
  /** Copies of requests that failed, and all of them. */
  shadow: { failed: number; answered: number };
}

export type ServingCall = {
  [Name in keyof ServingCalls]: { type: 'call'; id: number; name: Name; args: ServingCalls[Name]['args'] };
}[keyof ServingCalls];

export type HostMessage = ServingStart | ServingCall | { type: 'monitor'; reading: MonitorReading } | { type: 'stop' };

export type ServingMessage =
  | { type: 'ready'; port: number; grpcPort: number | null }
  | { type: 'failed'; error: WireError }
  | { type: 'activity'; point: EndpointPoint }
  | { type: 'result'; id: number; value: unknown }
  | { type: 'error'; id: number; error: WireError }
  | { type: 'log'; level: 'info' | 'warn' | 'error'; text: string };
