import { z } from 'zod';
import { defineNode } from '../../../shared/node/define-node.ts';
import { paramMeta } from '../../../shared/node/param-meta.ts';
import { secretReferenceSchema } from '../../../shared/node/secret.ts';

export const endpointNode = defineNode({
  kind: 'serve.endpoint',
  version: 1,
  stage: 'serve',
  title: 'Endpoint',
  summary: 'Answers predictions over HTTP with the model, features included',
  keywords: ['serve', 'inference', 'predict', 'http', 'rest', 'api', 'deploy', 'open inference protocol', 'kserve'],
  params: z.object({
    name: z
      .string()
      .max(63)
      .regex(/^$|^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'letters, digits, dots, dashes and underscores')
      .default('')
      .describe('Name of the model in URLs; empty takes the id of the graph'),
    port: z.number().int().min(0).max(65_535).default(0).describe('HTTP port on this machine; 0 takes any free one'),
    owner: z
      .string()
      .max(200)
      .default('')
      .describe('Who answers for the endpoint: a team or person; empty takes the owner of its model')
      .meta(paramMeta({ section: 'Ownership' })),
    onCall: z
      .string()
      .max(200)
      .default('')
      .describe('Who is called when it fails: an address, a channel or a schedule; empty takes that of its model')
      .meta(paramMeta({ section: 'Ownership', label: 'On call' })),
    maxBatchRows: z
      .number()
      .int()
      .min(1)
      .max(4_096)
      .default(64)
      .describe('Most rows of waiting requests that share one run of the model')
      .meta(paramMeta({ section: 'Queue', unit: 'rows', advanced: true })),
    maxQueueRows: z
      .number()
      .int()
      .min(1)
      .max(1_000_000)
      .default(1_024)
      .describe('Rows that may wait; requests beyond are refused with status 503')
      .meta(paramMeta({ section: 'Queue', unit: 'rows', advanced: true })),
    maxDelayMs: z
      .number()
      .min(0)
      .max(10_000)
      .default(0)
      .describe('Longest time that a request waits for others to share its run with; 0 never makes one wait')
      .meta(paramMeta({ section: 'Queue', unit: 'ms', label: 'Batching delay', advanced: true })),
    preferredBatchRows: z
      .array(z.number().int().min(1).max(4_096))
      .max(100)
      .default([])
      .describe('Batch sizes that run without waiting for more, and are preferred to larger ones')
      .meta(paramMeta({ section: 'Queue', unit: 'rows', label: 'Preferred batches', advanced: true })),
    priorities: z
      .array(
        z.object({
          maxQueueRows: z
            .number()
            .int()
            .min(0)
            .max(1_000_000)
            .default(0)
            .describe('Rows of this priority that may wait; 0 bounds only the whole queue'),
          timeoutMs: z
            .number()
            .min(0)
            .max(600_000)
            .default(0)
            .describe('Longest wait of its requests in the queue; 0 takes that of the endpoint'),
          onTimeout: z
            .enum(['reject', 'delay'])
            .default('reject')
            .describe('What becomes of a request that waited longer: refused, or behind the others of its priority'),
        }),
      )
      .max(100)
      .default([])
      .describe(
        'Priorities from the highest down; requests choose with the parameter priority, from 1, and others have the lowest',
      )
      .meta(paramMeta({ section: 'Queue', advanced: true })),
    minReplicas: z
      .number()
      .int()
      .min(0)
      .max(256)
      .default(1)
      .describe('Workers that always run; with 0 the last one ends while nobody asks, and the next request starts it')
      .meta(paramMeta({ section: 'Scaling', label: 'Fewest workers' })),
    maxReplicas: z
      .number()
      .int()
      .min(1)
      .max(256)
      .default(1)
      .describe('Workers that a waiting queue may bring, as far as there are cores')
      .meta(paramMeta({ section: 'Scaling', label: 'Most workers' })),
    targetQueueMs: z
      .number()
      .min(0.1)
      .max(60_000)
      .default(10)
      .describe('Mean wait in the queue above which a worker is added')
      .meta(paramMeta({ section: 'Scaling', unit: 'ms', label: 'Queue time', advanced: true })),
    idleSeconds: z
      .number()
      .int()
      .min(1)
      .max(1_000_000)
      .default(300)
      .describe('With no worker as the fewest: time without a request after which the last one ends')
      .meta(paramMeta({ section: 'Scaling', unit: 's', label: 'Idle time', advanced: true })),
    balance: z
      .enum(['least-outstanding', 'session'])
      .default('least-outstanding')
      .describe('Which worker gets a request: the one with the least to do, or one per x-slipway-session')
      .meta(paramMeta({ section: 'Scaling', label: 'Balancing', advanced: true })),
    frontProcesses: z
      .number()
      .int()
      .min(1)
      .max(16)
      .default(1)
      .describe(
        'Processes that hold the connections of clients: with more than one they take encryption, compression and slow clients off the one that asks the model',
      )
      .meta(paramMeta({ section: 'Scaling', label: 'Front processes', advanced: true })),
    requestLog: z
      .enum(['off', 'sampled', 'full'])
      .default('sampled')
      .describe('Requests kept on this machine: none, up to 1,000 rows per second and above that a share, or all')
      .meta(paramMeta({ section: 'Request log' })),
    redactColumns: z
      .array(z.string())
      .max(1_000)
      .default([])
      .describe('Columns that are never written to the request log')
      .meta(paramMeta({ section: 'Request log', label: 'Leave out columns', advanced: true })),
    logRetentionDays: z
      .number()
      .int()
      .min(1)
      .max(3_650)
      .default(30)
      .describe('Logged requests older than this are removed')
      .meta(paramMeta({ section: 'Request log', unit: 'days', advanced: true })),
    logMaxMiB: z
      .number()
      .int()
      .min(0)
      .max(10_000_000)
      .default(10_240)
      .describe('Size of all logged requests above which the oldest are removed; 0 keeps them for their time')
      .meta(paramMeta({ section: 'Request log', unit: 'MiB', label: 'Log size', advanced: true })),
    publishUrl: z
      .string()
      .max(1_000)
      .regex(
        /^$|^(mqtts?|wss?):\/\/[^\s/@?#]+([/?#]\S*)?$/,
        'mqtt://HOST:PORT, mqtts://… (encrypted) or ws://…, without user and password',
      )
      .default('')
      .describe(
        'Address of an MQTT broker that is told every logged prediction, such as mqtt://host:1883; empty for none',
      )
      .meta(paramMeta({ section: 'Publish', label: 'MQTT broker' })),
    publishTopic: z
      .string()
      .max(1_000)
      .regex(/^[^+#\0]*$/, 'a topic without + and #')
      .default('')
      .describe('Topic of the predictions; empty takes slipway/MODEL/predictions')
      .meta(paramMeta({ section: 'Publish', label: 'Topic' })),
    publishUser: z
      .string()
      .max(200)
      .default('')
      .describe('User name at the broker')
      .meta(paramMeta({ section: 'Publish', label: 'User', advanced: true })),
    publishPassword: secretReferenceSchema
      .nullable()
      .default(null)
      .describe('Secret with the password at the broker, as {"secret": "NAME"}')
      .meta(paramMeta({ section: 'Publish', label: 'Password', advanced: true })),
    sendLogTo: z
      .string()
      .max(1_000)
      .regex(/^$|^(s3|https?):\/\/[^\s/@?#]+([/?#]\S*)?$/, 's3://BUCKET/PREFIX?endpoint=… or https://HOST/PATH')
      .default('')
      .describe(
        'Where finished files of the request log are sent whenever it can be reached: s3://BUCKET/PREFIX, or an address that takes PUT; empty for nowhere',
      )
      .meta(paramMeta({ section: 'Request log', label: 'Send to' })),
    sendLogToken: secretReferenceSchema
      .nullable()
      .default(null)
      .describe('Secret with the token for an https address, sent as Authorization: Bearer')
      .meta(paramMeta({ section: 'Request log', label: 'Token', advanced: true })),
    payloadLogUrl: z
      .string()
      .max(1_000)
      .regex(/^$|^https?:\/\/[^\s/@?#]+([/?#]\S*)?$/, 'http://HOST/PATH or https://…, without user and password')
      .default('')
      .describe(
        'Address that whole requests and answers are sent to as CloudEvents, as by the logger of KServe; empty for none',
      )
      .meta(paramMeta({ section: 'Payload log', label: 'Sink' })),
    payloadLogMode: z
      .enum(['all', 'request', 'response'])
      .default('all')
      .describe('What is sent: requests, answers or both')
      .meta(paramMeta({ section: 'Payload log', label: 'Send', advanced: true })),
    payloadLogFormat: z
      .enum(['binary', 'structured'])
      .default('binary')
      .describe('Attributes as headers and the payload as body, or all of it as one JSON object')
      .meta(paramMeta({ section: 'Payload log', label: 'Format', advanced: true })),
    payloadLogToken: secretReferenceSchema
      .nullable()
      .default(null)
      .describe('Secret with the token for the sink, sent as Authorization: Bearer')
      .meta(paramMeta({ section: 'Payload log', label: 'Token', advanced: true })),
    responseCacheMiB: z
      .number()
      .int()
      .min(0)
      .max(65_536)
      .default(0)
      .describe('Keeps answers and gives them again to equal requests, up to this size; 0 keeps none')
      .meta(paramMeta({ section: 'Queue', unit: 'MiB', label: 'Response cache', advanced: true })),
    missingFeatures: z
      .enum(['null', 'default', 'fail'])
      .default('null')
      .describe(
        'For an entity whose joined features are not online, or too old: missing values as in training, defaults, or no answer',
      )
      .meta(paramMeta({ section: 'Joined features', label: 'When features are missing' })),
    refreshMinutes: z
      .number()
      .min(0)
      .max(100_000)
      .default(0)
      .describe(
        'How often the feature views of the graph are made again from their sources and brought online; 0 never',
      )
      .meta(paramMeta({ section: 'Joined features', unit: 'min', label: 'Refresh views every' })),
    replayMinutes: z
      .number()
      .min(0)
      .max(100_000)
      .default(60)
      .describe(
        'How often logged requests are replayed: their joined features computed again as of their time and compared; 0 never',
      )
      .meta(paramMeta({ section: 'Joined features', unit: 'min', label: 'Replay requests every', advanced: true })),
    featureDefaults: z
      .record(z.string(), z.union([z.number(), z.string(), z.boolean()]))
      .default({})
      .describe('With “default”: the value of each column, {"column": value}; a column without one is missing')
      .meta(paramMeta({ section: 'Joined features', label: 'Defaults', advanced: true })),
    objectiveP99Ms: z
      .number()
      .positive()
      .max(60_000)
      .default(50)
      .describe(
        'Latency that 99 % of requests should stay under; in overload requests are refused rather than made to wait longer',
      )
      .meta(paramMeta({ section: 'Objective', unit: 'ms', label: 'p99 objective' })),
  }),
  ports: {
    inputs: { model: { types: ['model'], doc: 'The model to serve' } },
    outputs: { requests: { type: 'stream', doc: 'Requests and predictions, for monitors' } },
  },
  infer: (_inputs, params) => ({
    outputs: { requests: { type: 'stream' } },
    problems: (['publishUrl', 'sendLogTo'] as const)
      .filter((field) => params.requestLog === 'off' && params[field] !== '')
      .map((field) => ({
        field,
        message: 'What is sent on comes from the request log, which is off.',
        fix: 'Turn the request log on.',
      })),
  }),
  determinism: 'external',
  usesDevice: true,
  resources: () => ({ cpu: 1, memoryBytes: 2 ** 29 }),
  deploy: { workload: 'deployment' },
  migrations: [],
  examples: [
    { name: 'Any free port', params: {}, note: 'The address is shown on the node once it answers.' },
    { name: 'Fixed port', params: { name: 'delays', port: 8080 }, note: 'POST to /v1/models/delays/predict.' },
  ],
  help: `Starts an HTTP server with the model. The model has its feature steps built in: requests carry **raw columns**, the
same ones the training table had.

**Rows.** \`POST /v1/models/NAME/predict\` with \`{"rows": [{"distance": 300, "origin": "SFO"}]}\` gives
\`{"predictions": [{"label": …, "scores": […]}]}\`. A value that is \`null\` or left out is missing.
CSV with a header line and lines of JSON are taken as well (\`Content-Type: text/csv\`, \`application/x-ndjson\`).

**Joined features.** Columns that training took from a feature view (a *Join features* step) are read from the online
store: requests carry the keys of the view in their place. The answer has the header \`slipway-features\` with each view, the
version of its rows and how many entities were missing. A request may still carry such a column itself; then its value
counts. \`POST /features/get-online-features\` shows what would be read.

**Tensors.** \`POST /v2/models/NAME/infer\` speaks the Open Inference Protocol v2, with binary tensor data.
\`GET /v2/models/NAME\` lists inputs and outputs.

**Health and metrics.** \`/v2/health/live\`, \`/v2/health/ready\`, and \`/metrics\` for Prometheus.
Traces go to an OpenTelemetry collector where \`OTEL_EXPORTER_OTLP_ENDPOINT\` is set; with the header \`x-slipway-timing: 1\`
an answer says in \`Server-Timing\` where its time went.

**Batching.** Requests that wait at the same time share a run of the model; nothing waits for others to come unless
\`maxDelayMs\` says so, which costs every lonely request that time. With \`priorities\` a request of higher priority
(\`{"parameters": {"priority": 1}}\`) runs before the others, and takes the place of one of lower priority in a full queue. When
more than \`maxQueueRows\` rows wait, further requests get status 503 with \`Retry-After\`. In overload the queue is kept
shorter than that, so that those that are admitted stay within \`objectiveP99Ms\`.

**Device.** With \`device\` auto, a model with enough work per batch is tried on the graphics processor, and served there where
that is faster and gives the same numbers. Trainings on the same device wait for its requests, unless the Devices screen says
otherwise.

**Scaling.** With \`maxReplicas\` above \`minReplicas\`, workers are added while requests wait longer than
\`targetQueueMs\`, as far as the machine has cores, and end again when one less would do. With \`minReplicas\` 0 the last
worker ends after \`idleSeconds\` without a request; the next request waits for a cold start, which \`/metrics\` measures.

**Fronts.** One process answers HTTP and asks the model. With \`frontProcesses\` above 1 so many hold the connections of
clients in front of it: they end TLS, read and unpack slow or compressed requests and compress answers, and a new connection
goes to the one with the fewest requests outstanding. Keys and quotas, queues, traffic rules, the response cache and the
request log stay in one place, so they hold for all fronts together. A small plain request costs about 0.07 ms of processor
time, over two fronts 0.25 ms, of which 0.11 ms in the process that asks the model: one process is faster. A compressed request
with 100 rows costs 0.57 ms, over two fronts 0.94 ms, of which 0.42 ms there: fronts pay with TLS, compression or thousands of
clients on a machine with four cores or more, where they take a quarter off the process that everything goes through (measured
on two cores, where they add no requests per second). gRPC has its own port without fronts: a front that hands a call on saves
none of its cost, HTTP/2 and protobuf, in the process that takes it. Where that is too much, REST costs less than half (0.11 ms
against 0.28 ms for a row of ten tensors).

**Rollout.** \`POST /v1/models/NAME/traffic\` with \`{"stable": "1", "canary": {"version": "2", "percent": 10, "guard": {}}}\`
shares requests out; a guarded canary is taken back by itself when it fails more often or is slower than the stable version,
and with \`"guard": {"maxDrift": 0.2}\` when what it predicts differs by more than that.
Requests with the header \`x-slipway-session\` keep to one version. \`/v1/models/NAME/rollback\` goes back at once.

**Request log.** Columns and predictions go to Parquet files in the data directory, under \`serving/GRAPH/NODE/requests\`:
\`time\`, \`id\`, \`row\`, and the structs \`input\` and \`output\`. Rows are on the disk a second after their answer. Columns
named in \`redactColumns\` are never written; \`timing\` has where the time of a request went, \`features\` the feature views it used; lists of more than 64 numbers (images) are not either. \`POST /v1/feedback\`
with \`{"id": …, "label": …}\` keeps what really happened with the request of that id.

**Publish.** With \`publishUrl\` every logged row is published to \`publishTopic\` as one line of JSON with \`model\`, \`version\`,
\`time\`, \`id\`, \`row\`, \`input\` and \`output\`, at least once (QoS 1), a second after its answer. While the broker is away the
newest 10,000 wait.

**Payload log.** With \`payloadLogUrl\` whole requests and answers over HTTP are posted there as CloudEvents 1.0 with the
type and extensions of KServe's logger (\`org.kubeflow.serving.inference.request\`, \`…response\`, paired by their id), off the
path of requests. Columns in \`redactColumns\` are left out; what is not JSON is then withheld. Up to 10,000 events or 64 MiB
wait for a sink that is slow; \`/metrics\` counts what is lost.

**Send on.** With \`sendLogTo\` finished files of the log (every five minutes, or 100,000 rows) are put under
\`MACHINE/GRAPH/NODE/MODEL/VERSION\` there, oldest first, each once. A machine that is offline keeps them, also
past \`logRetentionDays\`, up to \`logMaxMiB\` (0: for \`logRetentionDays\`), and goes on where it stopped. Object storages take their credentials from the environment.

The endpoint listens on this machine only. It keeps the last 10,000 request rows in memory for monitors.`,
});
