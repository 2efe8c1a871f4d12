import { machineCheckSchema } from '../doctor/machine-check.ts';
import { endpointKeySchema, newEndpointKeySchema } from '../serving/endpoint-key.ts';
import { deviceSharingSchema, deviceUseSchema } from '../devices/device-sharing.ts';
import { groupOriginSchema, libraryGroupSchema } from '../graph/library-group.ts';
import { idSchema } from '../graph/ids.ts';
import { eventIterator, oc } from '@orpc/contract';
import { z } from 'zod';
import { explainMethodSchema, scoreScaleSchema } from '../model/explanation-report.ts';
import { artifactManifestSchema } from '../artifact/manifest.ts';
import { wireErrorSchema } from '../errors/wire-error-schema.ts';
import { runEventSchema } from '../events/run-events.ts';
import { diagnosticSchema } from '../graph/diagnostic.ts';
import { classLabelSchema, modelManifestSchema } from '../model/signature.ts';
import { stepStateSchema } from '../plan/plan.ts';
import { readinessReportSchema } from '../readiness/readiness.ts';
import { columnSchema } from '../table/schema.ts';
import { experimentSchema, metricCurveSchema, trainingQuerySchema, trainingSchema } from './experiment-schemas.ts';
import { resourceSampleSchema } from './resource-schemas.ts';
import { datasetDiffSchema, datasetLineageSchema, datasetVersionSchema } from './dataset-schemas.ts';
import { catalogServiceSchema, catalogViewSchema, featureHistorySchema, featureSkewSchema } from './feature-schemas.ts';
import {
  applyResultSchema,
  bundleSourceSchema,
  clusterContextSchema,
  clusterPlaceSchema,
  clusterPreflightSchema,
  clusterResultsSchema,
  clusterStatusSchema,
  forwardedModelSchema,
  runEstimateSchema,
  deleteResultSchema,
} from './cluster-schemas.ts';

/** JSON of a graph as the person has it; the engine validates, so an unfinished graph may be sent. */
const documentJson = z.record(z.string(), z.unknown());
const jsonValue = z.unknown();

/** Expected failures are typed: every procedure may throw `APP` with a wire error as data. */
const base = oc.errors({ APP: { data: wireErrorSchema } });

export const deviceReadingSchema = z.object({
  cpuPercent: z.number(),
  memoryUsedBytes: z.number(),
  memoryTotalBytes: z.number(),
  gpuPercent: z.number().nullable(),
  sharing: deviceSharingSchema,
  /** Who has a model on a graphics processor now, the newest first. */
  uses: z.array(deviceUseSchema),
});

export const deviceListSchema = z.object({
  cpu: z.object({ name: z.string(), cores: z.number() }),
  /** CPU first. `wrong`: it ran and gave other numbers than the CPU. */
  providers: z.array(
    z.object({
      provider: z.string(),
      state: z.enum(['ready', 'failed', 'wrong']),
      reason: z.string().optional(),
      openMs: z.number().optional(),
      runMs: z.number().optional(),
    }),
  ),
  graphics: z.array(z.object({ name: z.string(), memoryBytes: z.number().nullable() })),
  /** Newest first: where the last trainings ran, and why there. */
  trainings: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      graphId: z.string(),
      startMs: z.number(),
      device: z.string(),
      why: z.string().nullable(),
      seconds: z.number().nullable(),
      /** Drawn by the processors meanwhile; null where the machine does not tell. */
      energyJoules: z.number().nullable(),
    }),
  ),
});

export const engineInfoSchema = z.object({
  version: z.string(),
  dataDir: z.string(),
  hostname: z.string(),
  platform: z.string(),
  cores: z.number(),
  memoryBytes: z.number(),
  gpus: z.array(z.string()),
  node: z.string(),
});

export const graphFileSchema = z.object({
  path: z.string(),
  document: documentJson,
  diagnostics: z.array(diagnosticSchema),
  /** False where the document must not be overwritten (newer format). */
  writable: z.boolean(),
  /** When the file was changed last. */
  modifiedMs: z.number(),
});

export const graphEntrySchema = z.object({
  path: z.string(),
  name: z.string(),
  id: z.string(),
  modifiedMs: z.number(),
});

export const graphTrustSchema = z.object({
  /** `restricted`: the file comes from elsewhere; what it would do beyond computing on files waits for the person. */
  state: z.enum(['trusted', 'restricted']),
  needs: z.array(z.object({ node: z.string(), title: z.string(), what: z.string() })),
  /** SHA-256 of the file that `needs` is about beside the graph as shown; null where nothing is to be decided. */
  digest: z.string().nullable(),
});

const portShapeSchema = z.object({
  type: z.string(),
  schema: z.object({ columns: z.array(columnSchema) }).optional(),
  columns: z
    .array(
      z.object({
        name: z.string(),
        width: z.number(),
        sources: z.array(z.string()),
        categories: z.array(z.string()).optional(),
      }),
    )
    .optional(),
  table: z.object({ columns: z.array(columnSchema) }).optional(),
  lineage: z.string().optional(),
});

export const graphAnalysisSchema = z.object({
  diagnostics: z.array(diagnosticSchema),
  /** node → input port → shapes of what is connected; feeds column pickers before anything has run. */
  inputs: z.record(z.string(), z.record(z.string(), z.array(portShapeSchema))),
  outputs: z.record(z.string(), z.record(z.string(), portShapeSchema)),
  /** Plan with keys and reasons; empty when the graph has no runnable step. */
  steps: z.array(stepStateSchema),
});
export type GraphAnalysis = z.infer<typeof graphAnalysisSchema>;

export const runSummarySchema = z.object({
  runId: z.string(),
  graphId: z.string(),
  graphName: z.string(),
  status: z.enum(['running', 'succeeded', 'failed', 'cancelled', 'interrupted']),
  startedMs: z.number(),
  finishedMs: z.number().nullable(),
  steps: z.object({
    executed: z.number(),
    cached: z.number(),
    failed: z.number(),
    skipped: z.number(),
    cancelled: z.number(),
  }),
});
export type RunSummary = z.infer<typeof runSummarySchema>;

export const tablePageSchema = z.object({
  columns: z.array(columnSchema),
  /** JSON-safe cells: int64 beyond 2^53 and timestamps (ISO 8601) as strings, missing as null. */
  rows: z.array(z.array(jsonValue)),
  offset: z.number(),
  total: z.number(),
});
export type TablePage = z.infer<typeof tablePageSchema>;

export const columnProfileSchema = z.object({
  column: columnSchema,
  rows: z.number(),
  missing: z.number(),
  distinct: z.number(),
  min: jsonValue,
  max: jsonValue,
  mean: z.number().nullable(),
  sd: z.number().nullable(),
  /** Numeric and time columns: equal-width bins. */
  histogram: z.array(z.object({ from: z.number(), to: z.number(), count: z.number() })),
  /** Other columns: most frequent values. */
  top: z.array(z.object({ value: jsonValue, count: z.number() })),
  /** Rows looked at; less than `rows` when sampled. */
  sampled: z.number(),
});
export type ColumnProfile = z.infer<typeof columnProfileSchema>;

export const tableCorrelationSchema = z.object({
  /** Numeric columns, in the order of the table. */
  columns: z.array(z.string()),
  /** Pearson's r of each column with each; null where one does not vary or no row has both. */
  values: z.array(z.array(z.number().nullable())),
  rows: z.number(),
  /** Rows looked at; less than `rows` when sampled. */
  sampled: z.number(),
  /** Numeric columns beyond those that are compared. */
  leftOut: z.number(),
});
export type TableCorrelation = z.infer<typeof tableCorrelationSchema>;

export const modelNotesSchema = z.object({
  description: z.string().max(20_000),
  tags: z.record(z.string().max(250), z.string().max(5000)),
});

const difference = z.object({ name: z.string(), before: jsonValue.optional(), after: jsonValue.optional() });
export const modelDifferenceSchema = z.object({
  sameContent: z.boolean(),
  metrics: z.array(difference),
  params: z.array(difference),
  inputs: z.array(difference),
  trainingRows: z.array(difference),
  sources: z.object({ removed: z.array(z.string()), added: z.array(z.string()) }),
});

export const modelLineageSchema = z.object({
  nodes: z.array(
    z.object({
      digest: z.string(),
      type: z.string(),
      kind: z.string(),
      rows: z.number().nullable(),
      missing: z.boolean(),
    }),
  ),
  edges: z.array(z.object({ from: z.string(), to: z.string() })),
});

/** A version that gets an alias only when a person says so. */
const modelApprovalSchema = z.object({
  /** That moves to it when it is approved. */
  alias: z.string(),
  state: z.enum(['waiting', 'approved', 'rejected']),
  /** Who decided, as they called themselves; empty while it waits. */
  person: z.string(),
  note: z.string(),
  askedMs: z.number(),
  decidedMs: z.number().nullable(),
});

/** What a person says about a version that waits. */
const modelDecisionSchema = z.object({
  approved: z.boolean(),
  person: z.string().trim().min(1).max(200),
  note: z.string().max(5000),
});
export type ModelDecision = z.infer<typeof modelDecisionSchema>;

const aliasMoveSchema = z.object({
  alias: z.string(),
  /** 0: the alias was taken away. */
  version: z.number(),
  /** Null: not recorded. */
  movedMs: z.number().nullable(),
  isRollback: z.boolean(),
});
export type AliasMove = z.infer<typeof aliasMoveSchema>;

export const modelVersionSchema = z.object({
  name: z.string(),
  version: z.number(),
  digest: z.string(),
  aliases: z.array(z.string()),
  createdMs: z.number(),
  runId: z.string().nullable(),
  graphId: z.string(),
  metrics: z.record(z.string(), z.number()),
  parity: z
    .object({
      rows: z.number(),
      maxAbsDifference: z.number(),
      labelMismatches: z.number(),
      tolerance: z.number(),
      passed: z.boolean(),
    })
    .nullable(),
  /** Since when nobody is to use it; null: not archived. */
  archivedMs: z.number().nullable().default(null),
  /** Null where nobody was asked. */
  approval: modelApprovalSchema.nullable().default(null),
});
export type ModelVersion = z.infer<typeof modelVersionSchema>;

const modelTrustSchema = z.object({
  /** What loading the model runs; null where it is ONNX, which runs no code of its own. */
  estimator: z
    .object({
      /** SHA-256 of the pickled object. */
      sha256: z.string(),
      /** Its class. */
      type: z.string(),
      interpreter: z.string(),
      /** Of Python. */
      version: z.string(),
    })
    .nullable(),
  /** `trained`: by a run on this machine; `consented`: a person said so; null: nobody has, so it is not loaded. */
  trusted: z.enum(['trained', 'consented']).nullable(),
});
export type ModelTrust = z.infer<typeof modelTrustSchema>;

/** A model version as an endpoint serves it. */
const endpointVersionSchema = z.object({
  model: z.string(),
  version: z.string(),
  /** `on-demand`: without a worker; the next request starts one. */
  state: z.enum(['ready', 'loading', 'on-demand', 'restarting', 'failed']),
  replicas: z.number(),
  minReplicas: z.number(),
  maxReplicas: z.number(),
  memoryBytes: z.number(),
  /** Of the last start by a request; null: none. */
  coldStartMs: z.number().nullable(),
  /** Where it runs and why there; null before it is loaded. */
  ran: z.object({ provider: z.string(), why: z.string() }).nullable(),
  requests: z.number(),
  failed: z.number(),
  queued: z.number(),
  /** Of a model of several steps; absent for others. */
  steps: z
    .array(
      z.object({
        name: z.string(),
        /** Answered since it was loaded. */
        rows: z.number(),
        runs: z.number(),
        queued: z.number(),
        replicas: z.number(),
        /** Mean time of a run, ms; null before the first. */
        runMs: z.number().nullable(),
        /** Rows that kept the answer of an earlier step. */
        keptRows: z.number(),
      }),
    )
    .optional(),
});

/** What answers at an endpoint and what could: versions of the same name in the registry. */
export const endpointRolloutSchema = z.object({
  stable: z.string(),
  challenger: z.object({ version: z.string(), percent: z.number(), shadow: z.boolean() }).nullable(),
  /** Version before the last promotion; null: nothing to go back to. */
  previous: z.string().nullable(),
  registered: z.array(z.object({ version: z.string(), aliases: z.array(z.string()) })),
  /** That the model was registered with, and whether the endpoint serves what it names; null without one. */
  alias: z.object({ model: z.string(), alias: z.string(), followed: z.boolean() }).nullable(),
});
export type EndpointRollout = z.infer<typeof endpointRolloutSchema>;

const loadStepSchema = z.object({
  offeredPerSecond: z.number(),
  answeredPerSecond: z.number(),
  offered: z.number(),
  answered: z.number(),
  refused: z.number(),
  failed: z.number(),
  p50Ms: z.number().nullable(),
  p90Ms: z.number().nullable(),
  p99Ms: z.number().nullable(),
  p999Ms: z.number().nullable(),
  maxMs: z.number().nullable(),
  generatorLagMs: z.number(),
});

/** A load test of an endpoint: open loop, latency from when each request was due. */
export const loadTestSchema = z.object({
  status: z.enum(['running', 'finished', 'cancelled', 'failed']),
  objectiveMs: z.number(),
  startedMs: z.number(),
  steps: z.array(loadStepSchema),
  /** Null until the search for the limit ends. */
  result: z
    .object({
      sustainedPerSecond: z.number(),
      breaksAtPerSecond: z.number().nullable(),
      limit: z.enum(['latency', 'refusals', 'failures', 'throughput', 'generator', 'end']),
      /** Highest rate of one second in the last 24 hours, load tests aside. */
      peakPerSecond: z.number().nullable(),
      cpuUsPerRequest: z.number().nullable(),
    })
    .nullable(),
  error: wireErrorSchema.nullable(),
});
export type LoadTest = z.infer<typeof loadTestSchema>;

/** A moment that a `Date` can hold. */
const epochMsSchema = z.number().min(-8.64e15).max(8.64e15);

export const requestSearchSchema = z.object({
  /** Part of the request's id. */
  id: z.string().max(200).optional(),
  version: z.string().max(20).optional(),
  fromMs: epochMsSchema.optional(),
  toMs: epochMsSchema.optional(),
  /** An input or output, compared with a value. */
  column: z.string().max(500).optional(),
  compare: z.enum(['is', 'is-not', 'below', 'above', 'missing']).optional(),
  value: z.string().max(1_000).optional(),
  status: z.enum(['answered', 'failed']).optional(),
  /** Whether a label came for it, and whether that differs from the prediction. */
  label: z.enum(['with', 'without', 'wrong']).optional(),
  slowerThanMs: z.number().min(0).optional(),
  limit: z.number().int().min(1).max(500),
  /** Rows to skip. */
  offset: z.number().int().min(0).max(1_000_000).optional(),
});
export type RequestSearch = z.infer<typeof requestSearchSchema>;

/** Rows of one export to the app; the command line writes any number. */
export const mostExportedRequests = 100_000;

const milliseconds = z.number().nullable();

/** Where the time of a request went, ms; null: it did not come to that, or it is not known. */
const requestTimingSchema = z.object({
  body: milliseconds,
  prepare: milliseconds,
  features: milliseconds,
  queue: milliseconds,
  run: milliseconds,
  /** Part of `run`. */
  model: milliseconds,
  total: milliseconds,
  /** Of a model of several steps: those that rows of the request reached, in the order they began; parts of `run`. */
  steps: z
    .array(
      z.object({
        name: z.string(),
        /** Of this request. */
        rows: z.number(),
        queue: z.number(),
        run: z.number(),
        /** Rows of the run, those of other requests included. */
        batchRows: z.number(),
      }),
    )
    .optional(),
});
export type LoggedTiming = z.infer<typeof requestTimingSchema>;

export const foundRequestsSchema = z.object({
  /** The request log on the disk, or the newest rows in memory where there is none. */
  source: z.enum(['log', 'memory']),
  searched: z.number(),
  matched: z.number(),
  /** Files of the log that were too many to be searched: the oldest. */
  leftOutFiles: z.number(),
  inputs: z.array(z.string()),
  /** `prediction` first where classes are known; `className`: the probability of that class. */
  outputs: z.array(z.object({ name: z.string(), className: z.string().nullable() })),
  /** Of the rows that matched, ms; null without any. */
  latency: z.array(z.object({ part: requestTimingSchema.keyof(), p50: z.number(), p99: z.number() })).nullable(),
  /** Newest first. */
  rows: z.array(
    z.object({
      id: z.string(),
      timeMs: z.number(),
      version: z.string(),
      /** As of HTTP; one that failed has no values. */
      status: z.number(),
      /** Code of the error. */
      error: z.string().nullable(),
      /** What really happened, as feedback said. */
      label: z.string().nullable(),
      timing: requestTimingSchema.nullable(),
      /** Rows of the run it was part of. */
      batchRows: z.number().nullable(),
      /** Feature views with their versions, as in the header of the answer. */
      features: z.string().nullable(),
      /** In the order of `inputs` and `outputs`; null: missing. */
      inputs: z.array(z.union([z.string(), z.number(), z.null()])),
      outputs: z.array(z.union([z.string(), z.number(), z.null()])),
    }),
  ),
});
export type FoundRequests = z.infer<typeof foundRequestsSchema>;

export const endpointStatsSchema = z.object({
  /** Requests and rows answered since the endpoint started. */
  requests: z.number(),
  rows: z.number(),
  failed: z.number(),
  /** Over the last 10 s. */
  requestsPerSecond: z.number(),
  latencyMs: z.object({ p50: z.number().nullable(), p90: z.number().nullable(), p99: z.number().nullable() }),
  queued: z.number(),
  /** One point per second, newest last, at most 15 minutes. */
  series: z.array(
    z.object({
      timeMs: z.number(),
      requests: z.number(),
      failed: z.number(),
      /** Of them those that were not the caller's fault. */
      errors: z.number(),
      p50: z.number().nullable(),
      p99: z.number().nullable(),
      /** Requests by latency: up to 0.02 ms, and each further bucket up to twice as much. */
      latencies: z.array(z.number()),
    }),
  ),
  batchSizes: z.array(z.object({ upTo: z.number(), count: z.number() })),
  versions: z.array(endpointVersionSchema),
  cost: z.object({
    /** CPU time of the serving process per 1,000 predictions, µs; null before the first. */
    cpuUsPer1000: z.number().nullable(),
    /** Share of the workers' time without a run, over the last 10 s. */
    idleShare: z.number().nullable(),
  }),
  /** Failed requests by reason since the start. */
  failures: z.record(z.string(), z.number()),
  /** Rows that may wait; null without a limit. */
  queueLimit: z.number().nullable(),
  /** Of the serving process. */
  memoryBytes: z.number(),
  /** Age of the newest values of each feature view that is looked up. */
  freshness: z.array(z.object({ view: z.string(), seconds: z.number() })),
});
export type EndpointStats = z.infer<typeof endpointStatsSchema>;

export const endpointSchema = z.object({
  id: z.string(),
  graphId: z.string(),
  nodeId: z.string(),
  name: z.string(),
  state: z.enum(['starting', 'live', 'failed', 'stopped']),
  http: z.string().nullable(),
  model: z.object({ name: z.string(), version: z.string(), digest: z.string() }).nullable(),
  error: wireErrorSchema.nullable(),
  /** Who answers for it, and who is called when it fails; empty: nobody was named. */
  owner: z.string(),
  onCall: z.string(),
  startedMs: z.number(),
});
export type Endpoint = z.infer<typeof endpointSchema>;

export const predictionSchema = z.object({
  label: classLabelSchema.nullable(),
  /** Regression. */
  value: z.number().nullable(),
  /** Of a forecast. */
  interval: z.object({ lower: z.number().nullable(), upper: z.number().nullable() }).optional(),
  scores: z.array(z.object({ label: classLabelSchema, score: z.number() })),
});

const rowExplanationSchema = z.object({
  label: classLabelSchema.nullable(),
  class: classLabelSchema.nullable(),
  value: z.number(),
  base: z.number(),
  score: z.number(),
  contributions: z.array(
    z.object({
      column: z.string(),
      value: z.unknown(),
      contribution: z.number(),
      standardError: z.number().optional(),
    }),
  ),
});

export const driftColumnSchema = z.object({
  column: z.string(),
  type: z.string(),
  method: z.string(),
  statistic: z.number().nullable(),
  threshold: z.number().nullable(),
  pValue: z.number().nullable(),
  drifted: z.boolean(),
  /** `ok`, or why there is no verdict, e.g. `too-few-rows`. */
  state: z.string(),
  /** Shares per bin or category in reference and current window, for the overlay. */
  distribution: z.array(z.object({ label: z.string(), reference: z.number(), current: z.number() })),
  /** What is compared; an input where it is absent. `figure`: of each text or picture of an input. */
  role: z.enum(['figure', 'prediction']).optional(),
  /** Against the windows just before, in place of the training data. */
  rolling: z
    .object({
      statistic: z.number().nullable(),
      threshold: z.number().nullable(),
      pValue: z.number().nullable(),
      effect: z.number().nullable(),
      drifted: z.boolean(),
      state: z.string(),
    })
    .optional(),
});

/** What is wrong with the values of a column in a window, whether or not their distribution drifted. */
export const columnFindingSchema = z.object({
  column: z.string(),
  kind: z.enum(['not-in-requests', 'all-missing', 'missing', 'new-categories', 'out-of-range', 'future-time']),
  /** Of the rows of the window, and of the training rows. */
  share: z.number(),
  referenceShare: z.number(),
  /** E.g. `3 new values (KSFO, KLAX, KJFK)`. */
  text: z.string(),
});
export type ColumnFinding = z.infer<typeof columnFindingSchema>;

/** Rows as a whole: what no single column shows. */
export const multivariateSchema = z.object({
  rows: z.number(),
  /** Trees that tell the samples apart: cross-validated ROC AUC, and by which columns (shares of the gain). */
  domain: z.object({
    auc: z.number(),
    threshold: z.number(),
    pValue: z.number(),
    drifted: z.boolean(),
    columns: z.array(z.object({ column: z.string(), share: z.number() })),
  }),
  /** Error of the reference's principal components, on held-out reference rows and on the window. */
  reconstruction: z
    .object({
      components: z.number(),
      reference: z.number(),
      current: z.number(),
      pValue: z.number(),
      drifted: z.boolean(),
    })
    .nullable(),
  drifted: z.boolean(),
});
export type MultivariateDrift = z.infer<typeof multivariateSchema>;

/** A metric with the range that holds it with 95 % confidence. */
export const bandedMetricSchema = z.object({ value: z.number(), low: z.number(), high: z.number() });
export type BandedMetric = z.infer<typeof bandedMetricSchema>;

export const monitorPerformanceSchema = z.object({
  metric: z.string(),
  higherIsBetter: z.boolean(),
  /** On held-out rows of the model that is served. */
  reference: z.number().nullable(),
  /** The metric beyond which a window counts as dropped. */
  limit: z.number().nullable(),
  windowRows: z.number(),
  labels: z.object({ rows: z.number(), labelled: z.number(), waiting: z.number(), repeated: z.number() }),
  /** Windows of `windowRows` requests each, oldest first; the last one may still be filling. */
  windows: z.array(
    z.object({
      fromMs: z.number(),
      toMs: z.number(),
      rows: z.number(),
      labelled: z.number(),
      /** Digest of the model that answered. */
      model: z.string(),
      /** Without labels; null where it cannot be estimated. */
      estimated: bandedMetricSchema.nullable(),
      /** With the labels there are; null with too few. */
      realized: bandedMetricSchema.nullable(),
      /** Of classes, with labels: mean |predicted − observed| over bins of scores, and both shares of the last class. */
      calibration: z.object({ error: z.number(), predicted: z.number(), observed: z.number() }).nullable().optional(),
      /** Realized is surely worse than what the scores let expect: the same inputs mean something else. */
      surprised: z.boolean().optional(),
    }),
  ),
  /** Alarms after m of k dropped windows. */
  estimatedDrop: z.boolean(),
  realizedDrop: z.boolean(),
  /** After m of k windows that surprised. */
  conceptDrift: z.boolean().optional(),
  /** Groups of the newest labelled requests, worst first; `worse`: surely worse than all of them together. */
  slices: z
    .array(
      z.object({
        column: z.string(),
        value: z.string(),
        rows: z.number(),
        realized: bandedMetricSchema,
        worse: z.boolean(),
      }),
    )
    .optional(),
});
export type MonitorPerformance = z.infer<typeof monitorPerformanceSchema>;

const burnSchema = z.object({
  window: z.enum(['5m', '30m', '1h', '6h']),
  total: z.number(),
  bad: z.number(),
  /** How many times faster than allowed the budget is spent. */
  rate: z.number(),
});

export const monitorSystemSchema = z.object({
  objectives: z.array(
    z.object({
      name: z.enum(['availability', 'latency']),
      /** Share of requests that must be good. */
      target: z.number(),
      /** Late from here on; null for availability. */
      latencyMs: z.number().nullable(),
      burns: z.array(burnSchema),
      state: z.enum(['ok', 'slow', 'fast']),
    }),
  ),
  requestsPerSecond: z.number(),
  latencyMs: z.object({ p50: z.number().nullable(), p90: z.number().nullable(), p99: z.number().nullable() }),
  failures: z.record(z.string(), z.number()),
  queued: z.number(),
  queueLimit: z.number().nullable(),
  meanBatch: z.number().nullable(),
  cpuUsPer1000: z.number().nullable(),
  servingMemoryBytes: z.number(),
  machine: z.object({
    cpuPercent: z.number(),
    memoryBytes: z.number(),
    totalMemoryBytes: z.number(),
    gpuPercent: z.number().nullable(),
    gpuMemoryBytes: z.number().nullable(),
  }),
  /** Busiest of workers, processors, memory and graphics, 0 … 1, and which. */
  saturation: z.object({ share: z.number(), of: z.enum(['workers', 'cpu', 'memory', 'gpu']), limit: z.number() }),
  features: z.array(
    z.object({ view: z.string(), seconds: z.number(), limitSeconds: z.number().nullable(), stale: z.boolean() }),
  ),
  /** One a minute, newest last, at most six hours. */
  minutes: z.array(
    z.object({
      timeMs: z.number(),
      requests: z.number(),
      failed: z.number(),
      late: z.number(),
      p50: z.number().nullable(),
      p99: z.number().nullable(),
      queued: z.number(),
      saturation: z.number(),
      cpuPercent: z.number(),
      memoryBytes: z.number(),
      gpuPercent: z.number().nullable(),
    }),
  ),
});
export type MonitorSystem = z.infer<typeof monitorSystemSchema>;

/** Windows of event time of a drift monitor. */
export const eventTimeReportSchema = z.object({
  column: z.string(),
  windowMs: z.number(),
  latenessMs: z.number(),
  /** Windows that wait for more rows. */
  open: z.number(),
  /** Rows that came after their window had been closed, and of which windows, the newest last. */
  late: z.number(),
  lateWindows: z.array(z.object({ startMs: z.number(), rows: z.number() })),
  /** Rows without an event time, or with one more than a day after the request. */
  untimed: z.number(),
});

export const monitorReportSchema = z.object({
  nodeId: z.string(),
  endpointId: z.string().nullable(),
  timeMs: z.number(),
  referenceRows: z.number(),
  currentRows: z.number(),
  minimumRows: z.number(),
  columns: z.array(driftColumnSchema),
  drifted: z.boolean(),
  /** Past windows, oldest first: per column the effect size, for the heat map. */
  history: z.array(
    z.object({
      timeMs: z.number(),
      /** Start of a window of event time, Unix ms. */
      startMs: z.number().optional(),
      rows: z.number(),
      drift: z.record(z.string(), z.number().nullable()),
      /** Columns over their limit in that window. */
      drifted: z.array(z.string()).optional(),
      /** Version of the model that answered. */
      version: z.string().optional(),
    }),
  ),
  /** On after `needed` of the last `windows` windows are over their limit, off after as many are not. */
  alarm: z
    .object({ active: z.boolean(), recent: z.array(z.boolean()), needed: z.number(), windows: z.number() })
    .optional(),
  /** Columns that have so little in common with the training data that their source must have changed. */
  broken: z.array(z.string()).optional(),
  /** Columns that are not shown, of a very wide table. */
  hiddenColumns: z.number().optional(),
  findings: z.array(columnFindingSchema).optional(),
  /** Of the newest full window. */
  multivariate: multivariateSchema.optional(),
  /** Rows of the windows that `rolling` compares with. */
  rollingRows: z.number().optional(),
  /** Windows judged from sketches, because nobody looked when their rows came. */
  caughtUpWindows: z.number().optional(),
  /** Of a drift monitor whose windows follow event time. */
  eventTime: eventTimeReportSchema.optional(),
  /** Of a performance monitor. */
  performance: monitorPerformanceSchema.optional(),
  /** Of a system monitor. */
  system: monitorSystemSchema.optional(),
});
export type MonitorReport = z.infer<typeof monitorReportSchema>;

export const alertSchema = z.object({
  id: z.string(),
  graphId: z.string(),
  /** The monitor that raised it. */
  nodeId: z.string(),
  /**
   * `break`: a column has little in common with its training data, as after a change of codes or units. `concept-drift`:
   * inputs look as before, but mean something else.
   */
  kind: z.enum([
    'drift',
    'break',
    'estimated-drop',
    'realized-drop',
    'concept-drift',
    'burn-fast',
    'burn-slow',
    'saturation',
    'queue',
    'stale-features',
    'silence',
  ]),
  severity: z.enum(['info', 'warning', 'critical']),
  title: z.string(),
  explanation: z.object({
    /** What happened, in words. */
    sentences: z.array(z.string()),
    /** What moved and how, most moved first. */
    columns: z.array(
      z.object({
        column: z.string(),
        words: z.string(),
        effect: z.number(),
        /** Shares per bin or category, of those that moved most. */
        distribution: z.array(z.object({ label: z.string(), reference: z.number(), current: z.number() })).optional(),
      }),
    ),
    /** Estimated performance now, against held-out rows. */
    performance: z
      .object({ metric: z.string(), now: z.number().nullable(), reference: z.number().nullable() })
      .nullable(),
    /** A few of the newest rows. */
    examples: z.array(z.record(z.string(), z.unknown())),
    /** What changed before it, newest first: versions that went live, steps that ran with other code or data. */
    before: z.array(z.object({ timeMs: z.number(), text: z.string() })).optional(),
    /** Who answers for the model, as its tags say. */
    owner: z.string().optional(),
  }),
  startedMs: z.number(),
  resolvedMs: z.number().nullable(),
  acknowledgedMs: z.number().nullable(),
  deliveredMs: z.number().nullable(),
  silenced: z.boolean(),
});
export type Alert = z.infer<typeof alertSchema>;

export const loopEventSchema = z.object({
  seq: z.number(),
  graphId: z.string(),
  /** The `monitor.retrain` node. */
  nodeId: z.string(),
  /** Events of one retraining share it. */
  attempt: z.string().nullable(),
  type: z.enum([
    'triggered',
    'gate-refused',
    'retraining',
    'trained',
    'compared',
    'rejected',
    'awaiting-approval',
    'approved',
    'shadowing',
    'canary',
    'promoted',
    'confirmed',
    'rolled-back',
    'failed',
    'resumed',
  ]),
  timeMs: z.number(),
  text: z.string(),
  /** The figures the decision rests on. */
  evidence: z.record(z.string(), z.unknown()),
});
export type LoopEvent = z.infer<typeof loopEventSchema>;

/** Of a binary file `text` describes it. */
/** A change of an upstream system: a text put before the values of text columns, or numbers times a factor. */
export const trafficFaultSchema = z.object({
  id: z.string(),
  columns: z.array(z.string()).min(1).max(100),
  prefix: z.string().max(20).optional(),
  factor: z.number().optional(),
  /** Rounds what the factor gives. */
  whole: z.boolean().optional(),
});
export type TrafficFault = z.infer<typeof trafficFaultSchema>;

export const replayStateSchema = z.object({
  endpointId: z.string(),
  running: z.boolean(),
  /** Rows. */
  sent: z.number(),
  total: z.number(),
  labelled: z.number(),
  /** Requests without a good answer. */
  failed: z.number(),
  /** Time of the last row sent, in the time of the table. */
  clockMs: z.number(),
  /** Ids of the faults that are on. */
  faults: z.array(z.string()),
  /** The newest problem. */
  error: z.string().nullable(),
});
export type ReplayState = z.infer<typeof replayStateSchema>;

export const exportFileSchema = z.object({ path: z.string(), text: z.string(), binary: z.boolean() });

export const engineContract = {
  engine: {
    info: base.output(engineInfoSchema),
    /** What models can run on here, by trying it; takes seconds the first time, then it is remembered. */
    devices: base.output(deviceListSchema),
    /** What the machine of the engine can do, what is wrong with it and what to do about it; devices are tried anew. */
    checkMachine: base.output(z.array(machineCheckSchema)),
    /** Downloads ONNX Runtime's CUDA libraries, several hundred MB, from nuget.org; lines of its progress. */
    installCuda: base.output(eventIterator(z.object({ text: z.string() }))),
    /** A reading about every 2 s. */
    watchDevices: base.output(eventIterator(deviceReadingSchema)),
    /** Who goes first on a graphics processor, and its memory for all; holds at once. */
    shareDevices: base.input(deviceSharingSchema),
  },
  graph: {
    /** Graph files known to this engine: recently opened and saved ones, newest first. */
    list: base.output(z.array(graphEntrySchema)),
    open: base.input(z.object({ path: z.string() })).output(graphFileSchema),
    /**
     * Keeps the text of a graph file that lay on another machine than the engine's, as it is, in the data directory's
     * `imported` folder: a graph from elsewhere, whose file is restricted. Errors: `graph.invalid`.
     */
    import: base.input(z.object({ text: z.string().max(16 * 2 ** 20) })).output(z.object({ path: z.string() })),
    /** Canonical form, atomically; without a path into the data directory's `graphs` folder. */
    save: base
      .input(
        z.object({
          document: documentJson,
          path: z.string().optional(),
          /** The file the graph was opened from: what it is trusted with goes with it. */
          from: z.string().optional(),
          /** `modifiedMs` as the file was read or saved last: one changed since is not overwritten, but `graph.changed-on-disk`. */
          knownMs: z.number().optional(),
        }),
      )
      .output(z.object({ path: z.string(), modifiedMs: z.number() })),
    /** Whether the graph's file is trusted, and what it would do that needs it. */
    trust: base.input(z.object({ document: documentJson, path: z.string().optional() })).output(graphTrustSchema),
    /** Keeps the person's decision for the file whose `digest` was shown. Errors: `graph.changed-on-disk`. */
    decideTrust: base
      .input(z.object({ path: z.string(), digest: z.string(), state: graphTrustSchema.shape.state }))
      .output(z.object({ state: graphTrustSchema.shape.state })),
    /** When files changed last, Unix ms, by path; null for one that is gone. */
    modified: base
      .input(z.object({ paths: z.array(z.string()).max(50) }))
      .output(z.record(z.string(), z.number().nullable())),
    /** Validation, shapes on every port and the plan with reasons, without running anything. */
    analyze: base.input(z.object({ document: documentJson, path: z.string().optional() })).output(graphAnalysisSchema),
    /** Tables that queries of a step may name, of the database it reads; empty where it has none. */
    catalog: base
      .input(z.object({ document: documentJson, path: z.string().optional(), step: z.string().max(500) }))
      .output(
        z.array(z.object({ name: z.string(), columns: z.array(z.object({ name: z.string(), type: z.string() })) })),
      ),
    templates: base.output(
      z.array(z.object({ id: z.string(), name: z.string(), description: z.string(), targets: z.array(z.string()) })),
    ),
    /** Copies a template; the copy has no path until saved. */
    openTemplate: base
      .input(z.object({ id: z.string() }))
      .output(graphFileSchema.omit({ path: true, modifiedMs: true })),
  },
  readiness: {
    /** What stands between a graph and production; runs nothing. */
    get: base.input(z.object({ document: documentJson, path: z.string().optional() })).output(readinessReportSchema),
  },
  files: {
    /** Entries of a folder on the engine's machine, for the file picker; `pkg:` lists installed sample data. */
    list: base.input(z.object({ path: z.string().optional(), extensions: z.array(z.string()) })).output(
      z.object({
        path: z.string(),
        parent: z.string().nullable(),
        entries: z.array(
          z.object({ name: z.string(), path: z.string(), directory: z.boolean(), sizeBytes: z.number() }),
        ),
      }),
    ),
  },
  run: {
    start: base
      .input(
        z.object({
          document: documentJson,
          path: z.string().optional(),
          to: z.string().optional(),
          from: z.string().optional(),
          force: z.boolean().optional(),
          /** With a branch for each variant of a node. */
          variants: z.boolean().optional(),
        }),
      )
      .output(z.object({ runId: z.string() })),
    cancel: base.input(z.object({ runId: z.string() })).output(z.object({ cancelled: z.boolean() })),
    /** Lets no further step start, or lets them start again; what runs goes on. */
    pause: base
      .input(z.object({ runId: z.string(), paused: z.boolean() }))
      .output(z.object({ /** False when the run has ended. */ changed: z.boolean() })),
    list: base
      .input(z.object({ graphId: z.string().optional(), limit: z.number().int().min(1).max(500) }))
      .output(z.array(runSummarySchema)),
    /** How busy the machine was during a run, oldest first; empty where nothing was recorded. */
    resources: base.input(z.object({ runId: z.string() })).output(z.array(resourceSampleSchema)),
    /** Replays stored events after `after`, then follows until the run has finished. */
    events: base.input(z.object({ runId: z.string(), after: z.number() })).output(eventIterator(runEventSchema)),
  },
  /** Groups kept for other graphs. */
  /** Keys of the endpoints of this data directory; running endpoints follow a change within a second. */
  key: {
    list: base.output(z.array(endpointKeySchema)),
    /** The secret is told here only. */
    create: base.input(newEndpointKeySchema).output(z.object({ key: endpointKeySchema, secret: z.string() })),
    /** The old secret works for some days on. */
    rotate: base
      .input(z.object({ id: z.string(), graceDays: z.number().min(0).max(365) }))
      .output(z.object({ key: endpointKeySchema, secret: z.string() })),
    revoke: base.input(z.object({ id: z.string() })).output(endpointKeySchema),
  },
  library: {
    list: base.output(
      z.array(
        z.object({
          name: z.string(),
          title: z.string(),
          /** Oldest first. */
          versions: z.array(z.object({ version: z.number(), savedMs: z.number() })),
        }),
      ),
    ),
    /** The newest version unless one is named. */
    get: base
      .input(z.object({ name: idSchema, version: z.number().int().positive().optional() }))
      .output(groupOriginSchema.extend({ content: libraryGroupSchema })),
    /** The version it is now: a new one unless the newest places the same steps. */
    save: base.input(z.object({ name: idSchema, content: libraryGroupSchema })).output(groupOriginSchema),
  },
  artifact: {
    get: base.input(z.object({ digest: z.string() })).output(artifactManifestSchema),
    page: base
      .input(
        z.object({
          digest: z.string(),
          offset: z.number().int().min(0),
          limit: z.number().int().min(1).max(1000),
          sort: z.object({ column: z.string(), descending: z.boolean() }).optional(),
          /** Rows whose cell, as text, contains this. */
          filter: z.array(z.object({ column: z.string(), contains: z.string() })).optional(),
        }),
      )
      .output(tablePageSchema),
    /** First rows of a SELECT over the first 20,000 rows of table artifacts, by name; it can read nothing else. */
    query: base
      .input(
        z.object({
          query: z.string().max(200_000),
          inputs: z.record(z.string(), z.string()),
          limit: z.number().int().min(1).max(100),
        }),
      )
      .output(tablePageSchema),
    /** What a formula gives for the first rows of a table or of features, computed as training and serving do. */
    formula: base
      .input(
        z.object({
          formula: z.string().max(4000),
          digest: z.string().max(128),
          limit: z.number().int().min(1).max(100),
        }),
      )
      .output(tablePageSchema),
    /** Of a sample of a table with more than a million rows, unless all are to be looked at. */
    profile: base
      .input(z.object({ digest: z.string(), exact: z.boolean().optional() }))
      .output(z.array(columnProfileSchema)),
    correlation: base
      .input(z.object({ digest: z.string(), exact: z.boolean().optional() }))
      .output(tableCorrelationSchema),
    /**
     * Removes stored results that nothing needs: the latest of each node, registered models and pinned results stay; of
     * the latest, those used longest ago go as well until no more than `maxBytes` are left. Refused during a run.
     */
    collectGarbage: base.input(z.object({ maxBytes: z.number().min(0).optional(), dryRun: z.boolean() })).output(
      z.object({
        removedArtifacts: z.number(),
        freedBytes: z.number(),
        keptArtifacts: z.number(),
        keptBytes: z.number(),
      }),
    ),
    /** Expectations that a table meets, as `data.expect` takes them. */
    contract: base
      .input(z.object({ digest: z.string() }))
      .output(z.object({ expectations: z.array(z.record(z.string(), jsonValue)) })),
    /** A JSON file of an artifact: `report.json`, `model.json`, `features.json`. At most 8 MiB. */
    json: base.input(z.object({ digest: z.string(), file: z.string() })).output(z.record(z.string(), jsonValue)),
  },
  experiment: {
    /** Newest first. */
    list: base.output(z.array(experimentSchema)),
    /** What its trainings have, for choosing columns. */
    keys: base
      .input(z.object({ experiment: z.number().int() }))
      .output(z.object({ params: z.array(z.string()), metrics: z.array(z.string()) })),
    trainings: base
      .input(trainingQuerySchema)
      .output(z.object({ trainings: z.array(trainingSchema), total: z.number().int() })),
    curves: base
      .input(z.object({ trainings: z.array(z.string()).max(20), metric: z.string().max(300) }))
      .output(z.array(metricCurveSchema)),
    setNote: base.input(z.object({ training: z.string(), note: z.string().max(10_000) })).output(z.void()),
    /** Takes a training off the list; its model and results stay. */
    remove: base.input(z.object({ training: z.string() })).output(z.void()),
  },
  dataset: {
    /** Every content that was read from a source, the most recently read source first; `stored`: its rows are there. */
    list: base.output(z.array(datasetVersionSchema.extend({ stored: z.boolean() }))),
    /** Of two tables by digest. */
    diff: base.input(z.object({ before: z.string(), after: z.string() })).output(datasetDiffSchema),
    /** From an artifact back to the dataset versions it was made from. */
    lineage: base.input(z.object({ digest: z.string() })).output(datasetLineageSchema),
  },
  feature: {
    /** Views by name. */
    list: base.output(z.array(catalogViewSchema)),
    /** Versions of feature services: by name, the newest version first. */
    services: base.output(z.array(catalogServiceSchema)),
    /** Of a feature of a view artifact. */
    history: base.input(z.object({ digest: z.string(), feature: z.string() })).output(featureHistorySchema),
    /** Replays the logged requests of every endpoint that reads the view. */
    skew: base.input(z.object({ name: z.string() })).output(z.array(featureSkewSchema)),
    /** Brings what was made last online; answers with the list. */
    materialize: base.input(z.object({ name: z.string() })).output(z.array(catalogViewSchema)),
  },
  model: {
    list: base.output(z.array(modelVersionSchema)),
    setAlias: base
      .input(z.object({ name: z.string(), alias: z.string(), version: z.number() }))
      .output(modelVersionSchema),
    /** Back to what the alias named before. Errors: `model.not-found`. */
    rollback: base.input(z.object({ name: z.string(), alias: z.string() })).output(modelVersionSchema),
    /** Moves of its aliases, the newest first. */
    history: base.input(z.object({ name: z.string() })).output(z.array(aliasMoveSchema)),
    /** Errors: `model.archived` when an alias still names it. */
    archive: base
      .input(z.object({ name: z.string(), version: z.number(), archived: z.boolean() }))
      .output(modelVersionSchema),
    /** Approving moves the alias. Errors: `model.approval` when nobody asked. */
    decide: base
      .input(z.object({ name: z.string(), version: z.number(), decision: modelDecisionSchema }))
      .output(modelVersionSchema),
    /** What a person has said of a model: its description and tags such as `owner`, `on-call` and `runbook`. */
    notes: base.input(z.object({ name: z.string() })).output(modelNotesSchema),
    /** An empty tag is taken away; tags that are not named stay. */
    setNotes: base.input(modelNotesSchema.extend({ name: z.string() })).output(modelNotesSchema),
    /** The card of a version as Markdown. */
    card: base.input(z.object({ name: z.string(), version: z.number() })).output(z.object({ card: z.string() })),
    /** What differs between two versions. */
    compare: base
      .input(z.object({ name: z.string(), before: z.number(), after: z.number() }))
      .output(modelDifferenceSchema),
    /** Whether the engine's machine may load a model, by the digest of its artifact. Errors: `artifact.not-found`. */
    trust: base.input(z.object({ digest: z.string() })).output(modelTrustSchema),
    /** A person lets Python load it from now on. Errors: `artifact.not-found`, `disk.read-only`. */
    decideTrust: base.input(z.object({ digest: z.string() })).output(modelTrustSchema),
    /** Artifacts a version was made from, nearest first. */
    lineage: base.input(z.object({ name: z.string(), version: z.number() })).output(modelLineageSchema),
  },
  endpoint: {
    list: base.output(z.array(endpointSchema)),
    start: base
      .input(z.object({ document: documentJson, path: z.string().optional(), nodeId: z.string() }))
      .output(endpointSchema),
    stop: base.input(z.object({ id: z.string() })).output(endpointSchema),
    signature: base.input(z.object({ id: z.string() })).output(modelManifestSchema),
    predict: base
      .input(
        z.object({
          id: z.string(),
          rows: z.array(z.record(z.string(), jsonValue)).min(1).max(1000),
          /** Tried by hand: neither logged nor watched, since it is no traffic of the model. */
          isTest: z.boolean().optional(),
        }),
      )
      .output(
        z.object({ predictions: z.array(predictionSchema), durationMs: z.number(), timing: requestTimingSchema }),
      ),
    /** Why a row gets its score, by the columns of a request, the largest contribution first. */
    explain: base.input(z.object({ id: z.string(), row: z.record(z.string(), jsonValue) })).output(
      z.object({
        method: explainMethodSchema,
        scale: scoreScaleSchema,
        note: z.string().optional(),
        explanations: z.array(rowExplanationSchema),
      }),
    ),
    /** Statistics about once a second. */
    watch: base.input(z.object({ id: z.string() })).output(eventIterator(endpointStatsSchema)),
    rollout: base.input(z.object({ id: z.string() })).output(endpointRolloutSchema),
    /** Serves a second version beside the first: some requests, or copies of all; null ends it. */
    tryVersion: base
      .input(
        z.object({
          id: z.string(),
          trial: z.object({ version: z.string(), percent: z.number().min(0).max(100), shadow: z.boolean() }).nullable(),
        }),
      )
      .output(endpointRolloutSchema),
    /** The version on trial answers everything. Errors: `serve.not-ready` without one. */
    promote: base.input(z.object({ id: z.string() })).output(endpointRolloutSchema),
    /** Back to the version before the last promotion. Errors: `serve.not-ready` without one. */
    rollback: base.input(z.object({ id: z.string() })).output(endpointRolloutSchema),
    /** Serves what the alias of its model names, now and when it moves, or ends that. Errors: `serve.not-ready` without one. */
    follow: base.input(z.object({ id: z.string(), follow: z.boolean() })).output(endpointRolloutSchema),
    /** Searches the newest answered rows. */
    requests: base.input(requestSearchSchema.extend({ endpointId: z.string() })).output(foundRequestsSchema),
    /** Logged requests as CSV, oldest first; `limit`: the newest of them. */
    exportRequests: base
      .input(
        requestSearchSchema.extend({
          endpointId: z.string(),
          limit: z.number().int().min(1).max(mostExportedRequests),
        }),
      )
      .output(z.object({ csv: z.string(), rows: z.number() })),
    /** Looks for the rate at which the p99 breaks; one test per endpoint at a time. */
    startLoadTest: base
      .input(
        z.object({
          id: z.string(),
          objectiveMs: z.number().min(0.1).max(60_000),
          seconds: z.number().min(0.5).max(60),
        }),
      )
      .output(loadTestSchema),
    loadTest: base.input(z.object({ id: z.string() })).output(loadTestSchema.nullable()),
    cancelLoadTest: base.input(z.object({ id: z.string() })).output(loadTestSchema.nullable()),
  },
  monitor: {
    /** Drift report of a monitor node about every 2 s while its endpoint is live. */
    watch: base.input(z.object({ graphId: z.string(), nodeId: z.string() })).output(eventIterator(monitorReportSchema)),
    /** Compares any two table files (Parquet, CSV, JSON) column by column. Errors: `data.not-found`, `data.unreadable`. */
    compare: base
      .input(
        z.object({
          reference: z.string().min(1).max(4_000),
          current: z.string().min(1).max(4_000),
          method: z.enum(['two-sample', 'distance', 'evidently']),
        }),
      )
      .output(
        z.object({
          report: monitorReportSchema,
          effects: z.record(z.string(), z.number().nullable()),
          words: z.record(z.string(), z.string()),
        }),
      ),
  },
  alert: {
    /** Newest first. */
    list: base
      .input(
        z.object({
          graphId: z.string().optional(),
          open: z.boolean().optional(),
          limit: z.number().int().min(1).max(500),
        }),
      )
      .output(z.array(alertSchema)),
    acknowledge: base.input(z.object({ id: z.string() })).output(alertSchema),
    /** No deliveries for a monitor until then. */
    silence: base
      .input(z.object({ graphId: z.string(), nodeId: z.string(), untilMs: z.number() }))
      .output(z.object({ silenced: z.boolean() })),
  },
  loop: {
    /** Decisions of the retraining loops of a graph, oldest first. */
    events: base
      .input(
        z.object({
          graphId: z.string(),
          nodeId: z.string().optional(),
          after: z.number().int().min(0).optional(),
          limit: z.number().int().min(1).max(1000),
        }),
      )
      .output(z.array(loopEventSchema)),
    /** Says whether a challenger that waits for it may go live. Errors: `loop.nothing-to-decide`. */
    decide: base
      .input(z.object({ graphId: z.string(), nodeId: z.string(), attempt: z.string(), approve: z.boolean() }))
      .output(z.object({ approved: z.boolean() })),
  },
  /** Requests from a table at a steady rate, with their labels once they would have been known. */
  replay: {
    /** Errors: `serve.not-ready`, `artifact.not-found`, `data.empty`. A replay to the same endpoint ends. */
    start: base
      .input(
        z.object({
          document: documentJson,
          path: z.string().optional(),
          endpointId: z.string(),
          /** The table: an output of a step that has run. */
          step: z.string(),
          port: z.string(),
          timeColumn: z.string(),
          /** Rows from this time on: `2001-05-01`. */
          from: z.string().max(40),
          rowsPerSecond: z.number().min(1).max(1_000),
          labelDelay: z.object({
            minutes: z.number().min(0),
            column: z.string().optional(),
            minutesPerUnit: z.number().optional(),
          }),
        }),
      )
      .output(replayStateSchema),
    state: base.input(z.object({ endpointId: z.string() })).output(replayStateSchema.nullable()),
    /** The changes that are on from now on; none ends all. */
    setFaults: base
      .input(z.object({ endpointId: z.string(), faults: z.array(trafficFaultSchema).max(20) }))
      .output(replayStateSchema),
    stop: base.input(z.object({ endpointId: z.string() })).output(replayStateSchema),
  },
  export: {
    targets: base.output(z.array(z.object({ id: z.string(), title: z.string(), summary: z.string() }))),
    /** Renders the bundle without writing it. */
    render: base
      .input(z.object({ document: documentJson, path: z.string().optional(), target: z.string() }))
      .output(z.object({ files: z.array(exportFileSchema) })),
    write: base
      .input(z.object({ document: documentJson, path: z.string().optional(), target: z.string(), dir: z.string() }))
      .output(z.object({ dir: z.string(), files: z.array(z.string()) })),
  },
  cluster: {
    /** Of the kubeconfig on the engine's machine; empty where there is none. */
    contexts: base.output(z.array(clusterContextSchema)),
    /** Problems are checks; throws only `cluster.config`. */
    preflight: base.input(clusterPlaceSchema).output(clusterPreflightSchema),
    apply: base
      .input(clusterPlaceSchema.extend({ bundle: bundleSourceSchema, dryRun: z.boolean() }))
      .output(applyResultSchema),
    delete: base.input(clusterPlaceSchema.extend({ bundle: bundleSourceSchema })).output(deleteResultSchema),
    /** The state of an applied bundle, after each change. */
    watch: base
      .input(clusterPlaceSchema.extend({ bundle: bundleSourceSchema }))
      .output(eventIterator(clusterStatusSchema)),
    /** Brings what a run that has ended gave: metrics, and from object storage results and registered models as well. */
    results: base
      .input(
        clusterPlaceSchema.extend({
          bundle: bundleSourceSchema,
          steps: z.array(z.object({ pod: z.string().nullable(), container: z.string().nullable() })).max(10_000),
        }),
      )
      .output(clusterResultsSchema),
    /**
     * A port of the engine's machine that leads to an endpoint (its Deployment), as long as the iterator is open; then
     * the models that take rows there, none where the server is not ours.
     */
    forward: base
      .input(clusterPlaceSchema.extend({ bundle: bundleSourceSchema, endpoint: z.string() }))
      .output(eventIterator(z.object({ url: z.string(), models: z.array(forwardedModelSchema).optional() }))),
    /** The answer of an endpoint that is forwarded now, for one row; `durationMs` from the engine's machine and back. */
    predict: base
      .input(z.object({ url: z.string(), model: z.string(), row: z.record(z.string(), z.unknown()) }))
      .output(z.object({ answer: z.unknown(), durationMs: z.number() })),
    /** What a run of the graph's steps would take on this machine and in the cluster, from their last runs here. */
    estimate: base
      .input(z.object({ document: z.record(z.string(), z.unknown()), path: z.string().optional(), target: z.string() }))
      .output(runEstimateSchema),
    /** The last lines (at most 500) of a container's log, while it goes on. */
    log: base
      .input(
        z.object({ context: z.string().optional(), namespace: z.string(), pod: z.string(), container: z.string() }),
      )
      .output(eventIterator(z.object({ lines: z.array(z.string()), ended: z.boolean() }))),
  },
};
export type EngineContract = typeof engineContract;
