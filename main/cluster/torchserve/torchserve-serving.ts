import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BundleFile } from '../bundle.ts';
import type { BundlePart } from '../bundle-part.ts';
import { type EmbeddedModel, embeddedModel } from '../embed-models.ts';
import { type ExportContext, type PlannedEndpoint, plannedEndpoints } from '../export-context.ts';
import { modelServerObjects, sharedMemoryVolume, temporaryVolume } from '../model-server.ts';
import { serverNotes } from '../model-tensors.ts';
import { exampleRegistry, type Names } from '../names.ts';
import { servedNames } from '../served-names.ts';
import { zipArchive } from './zip-archive.ts';

const handlerFile = join(dirname(fileURLToPath(import.meta.url)), 'handler.py');
/** The last release there will be. */
const torchserveImage = 'docker.io/pytorch/torchserve:0.12.0-cpu';
const store = 'model-store';
const home = '/home/model-server';

/** A model archive of each registered model, with the handler that takes raw columns, and a Deployment that serves them. */
export function torchserveServing(context: ExportContext, names: Names): BundlePart {
  const image = `${names.graph}-torchserve`;
  const models = servedNames(plannedEndpoints(context.plan).endpoints, 'torchserve').map(({ name, endpoint }) => ({
    name,
    endpoint,
    model: embeddedModel(context, endpoint, 'torchserve'),
  }));
  const files = models.map(({ name, endpoint, model }) => archiveFile(name, endpoint, model));
  return {
    groups: [
      {
        file: 'torchserve.yaml',
        objects: modelServerObjects(
          {
            name: image,
            container: 'server',
            image,
            command: ['torchserve'],
            args: [
              '--foreground',
              `--model-store=${home}/${store}`,
              `--models=all`,
              `--ts-config=${home}/config.properties`,
              '--disable-token-auth',
            ],
            ports: [
              { name: 'http', port: 8080 },
              { name: 'metrics', port: 8082 },
            ],
            readyPath: '/ping',
            livePath: '/ping',
            metrics: { port: 8082, path: '/metrics' },
            // It writes logs and unpacked archives; the root file system is read-only.
            environment: {
              env: [
                { name: 'HOME', value: '/tmp' },
                { name: 'TEMP', value: '/tmp' },
                { name: 'LOG_LOCATION', value: '/tmp/logs' },
                { name: 'METRICS_LOCATION', value: '/tmp/logs' },
              ],
            },
            startSeconds: 300,
            volumes: [temporaryVolume, sharedMemoryVolume],
            resources: {
              requests: { cpu: '1', memory: '2Gi', 'ephemeral-storage': '512Mi' },
              limits: { cpu: '4', memory: '4Gi', 'ephemeral-storage': '2Gi' },
            },
          },
          names,
          context.version,
        ),
      },
    ],
    files: [
      ...files,
      { path: 'config.properties', text: settingsText() },
      {
        path: 'Containerfile',
        text: [
          '# TorchServe with the model archives of this bundle. Pin the base by digest: --build-arg BASE=docker.io/…@sha256:…',
          `ARG BASE=${torchserveImage}`,
          'FROM ${BASE}',
          'RUN pip install --no-cache-dir onnxruntime==1.23.2',
          `COPY config.properties ${home}/config.properties`,
          `COPY ${store}/ ${home}/${store}/`,
          '',
        ].join('\n'),
      },
    ],
    readme: {
      about: [
        ...models.map(
          ({ name, endpoint, model }) =>
            `TorchServe serves \`${name}\`: version ${model.version} of \`${endpoint.modelUri}\` as it was when this was exported (sha256 ${model.digest.slice(0, 12)}…), features included.`,
        ),
        ...models.flatMap(({ name, model }) => serverNotes(name, model.manifest)),
        '**TorchServe is no longer maintained and gets no security patches** (says its own README). Prefer another target.',
      ],
      prepare: [
        `podman build -f Containerfile -t ${exampleRegistry}/${image}:${context.version} .`,
        `podman push ${exampleRegistry}/${image}:${context.version}`,
      ],
      follow: `kubectl -n ${names.graph} port-forward svc/${image} 8080`,
      sections: [
        [
          '## Requests',
          '',
          '`POST /predictions/NAME` takes `{"rows": [{"COLUMN": value, …}]}` and answers `{"predictions": […]}`, as the endpoint',
          'of Slipway does at `/v1/models/NAME/predict`.',
        ].join('\n'),
      ],
    },
  };
}

/** `NAME.mar`: manifest, handler, ONNX graph with the features built in, and the model's description. */
function archiveFile(name: string, endpoint: PlannedEndpoint, model: EmbeddedModel): BundleFile {
  const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
  const text = (value: string) => new TextEncoder().encode(value);
  const { task, label, classes, inputs } = model.manifest;
  const manifest = {
    createdOn: '01/01/1980 00:00:00',
    runtime: 'python',
    model: {
      modelName: name,
      serializedFile: 'model.onnx',
      handler: 'handler.py:handle',
      modelVersion: String(model.version),
      configFile: 'model-config.yaml',
    },
    archiverVersion: '0.12.0',
  };
  const config = [
    '# What is queued is run together; nothing waits for others to come.',
    'minWorkers: 1',
    'maxWorkers: 4',
    `batchSize: ${endpoint.limits.maxBatchRows}`,
    'maxBatchDelay: 1',
    'responseTimeout: 60',
    '',
  ].join('\n');
  const bytes = zipArchive([
    { name: 'MAR-INF/MANIFEST.json', bytes: text(json(manifest)) },
    { name: 'handler.py', bytes: readFileSync(handlerFile) },
    { name: 'model-config.yaml', bytes: text(config) },
    { name: 'model.json', bytes: text(json({ task, label, classes, inputs })) },
    { name: 'model.onnx', bytes: model.onnx },
  ]);
  return { path: `${store}/${name}.mar`, text: `Model archive, ${bytes.byteLength} bytes`, bytes };
}

function settingsText(): string {
  return [
    'inference_address=http://0.0.0.0:8080',
    '# Nobody but the pod itself registers models.',
    'management_address=http://127.0.0.1:8081',
    'metrics_address=http://0.0.0.0:8082',
    'metrics_mode=prometheus',
    'job_queue_size=1000',
    'max_request_size=16777216',
    '',
  ].join('\n');
}
