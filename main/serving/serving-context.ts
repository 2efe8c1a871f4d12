import type { ActivityRecorder } from './activity-recorder.ts';
import type { ExplainService } from './explain/explain-service.ts';
import type { AuditLog } from './audit-log.ts';
import type { MonitorReadings } from './monitor-readings.ts';
import type { FeatureGateway } from './feature-gateway.ts';
import type { FeedbackStore } from './feedback-store.ts';
import type { ModelRepository } from './model-repository.ts';
import type { ModelTable } from './model-table.ts';
import type { FrontPool } from './fronts/front-pool.ts';
import type { ModelFleet } from './replicas/model-fleet.ts';
import type { KeyRing } from './keys/key-ring.ts';
import type { LogLevel, ServerSettings } from './server-settings.ts';
import type { Ownership } from './ipc-protocol.ts';
import type { PayloadLog } from './payload-log/payload-log.ts';
import type { Tracer } from './tracing/tracer.ts';

/** What the HTTP and gRPC fronts of one serving process share. */
export interface ServingContext {
  readonly models: ModelTable;
  readonly repository: ModelRepository;
  readonly settings: ServerSettings;
  readonly feedback: FeedbackStore;
  readonly activity: ActivityRecorder;
  readonly monitors: MonitorReadings;
  readonly explanations: ExplainService;
  readonly fleet: ModelFleet;
  readonly features: FeatureGateway;
  /** Null: no key is needed. */
  readonly keys: KeyRing | null;
  readonly audit: AuditLog;
  /** Undefined where requests are not traced. */
  readonly ownership: Ownership;
  /** Null: whole requests and answers are sent nowhere. */
  readonly payloadLog: PayloadLog | null;
  readonly tracer: Tracer | undefined;
  /** Origins whose pages may ask; empty: none but those of this machine. */
  readonly corsOrigins: readonly string[];
  /** The server listens on a loopback address without keys: only requests for this machine are answered. */
  readonly localOnly: boolean;
  /** Processes that hold the connections of clients; null: this one does. */
  readonly fronts: FrontPool | null;
  /** Product version, for the server metadata. */
  readonly version: string;
  /** Set once the process is being stopped: readiness is then false, so that balancers send nothing new. */
  draining: boolean;
  log(level: LogLevel, text: string): void;
}

/** Names of the protocol extensions, as the server metadata lists them. */
export const extensions = [
  'binary_tensor_data',
  'model_repository',
  'model_repository(unload_dependents)',
  'model_configuration',
  'statistics',
  'logging',
  'trace',
] as const;

export function isServerReady({ models, draining }: ServingContext): boolean {
  return !draining && models.all().every((model) => model.ready);
}

/** `model_stats` of the versions asked for. Errors: those of `ModelTable.find`. */
export function statisticsOf(context: ServingContext, name: string | undefined, version: string | undefined) {
  const { models } = context;
  const chosen = name === undefined ? models.all() : [models.find(name, version)];
  const all = name !== undefined && version === undefined ? models.versions(name) : chosen;
  return all.map((model) => model.statistics.toJson(model.name, model.version));
}
