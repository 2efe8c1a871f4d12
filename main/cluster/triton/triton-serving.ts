import type { BundleFile } from '../bundle.ts';
import type { BundlePart } from '../bundle-part.ts';
import { embeddedModel } from '../embed-models.ts';
import { type ExportContext, plannedEndpoints } from '../export-context.ts';
import { modelServerObjects, sharedMemoryVolume, temporaryVolume } from '../model-server.ts';
import { serverNotes, modelTensors } from '../model-tensors.ts';
import { exampleRegistry, type Names } from '../names.ts';
import { servedNames } from '../served-names.ts';
import { modelConfigText } from './model-config-text.ts';

/** The folder of the bundle, and of the image, that Triton serves. */
const repository = 'model-repository';
/** Brings ONNX Runtime 1.21 or newer; pin it by digest when building. */
const tritonImage = 'nvcr.io/nvidia/tritonserver:25.05-py3';

/**
 * Triton's model repository with the registered models, and a Deployment of an image that carries it. The features are
 * part of each ONNX graph, so there is nothing for an ensemble to join.
 */
export function tritonServing(context: ExportContext, names: Names): BundlePart {
  const image = `${names.graph}-triton`;
  const models = tritonModels(context, 'triton');
  return {
    groups: [
      {
        file: 'triton.yaml',
        objects: modelServerObjects(
          {
            name: image,
            container: 'server',
            image,
            command: ['tritonserver'],
            args: [
              `--model-repository=/${repository}`,
              '--http-port=8000',
              '--grpc-port=8001',
              '--metrics-port=8002',
              '--disable-auto-complete-config',
            ],
            ports: [
              { name: 'http', port: 8000 },
              { name: 'grpc', port: 8001 },
              { name: 'metrics', port: 8002 },
            ],
            readyPath: '/v2/health/ready',
            livePath: '/v2/health/live',
            metrics: { port: 8002, path: '/metrics' },
            environment: {},
            startSeconds: 300,
            volumes: [temporaryVolume, sharedMemoryVolume],
            resources: {
              requests: { cpu: '1', memory: '1Gi', 'ephemeral-storage': '256Mi' },
              limits: { cpu: '4', memory: '4Gi', 'ephemeral-storage': '1Gi' },
            },
          },
          names,
          context.version,
        ),
      },
    ],
    files: [
      ...models.flatMap(({ files }) => files),
      {
        path: 'Containerfile',
        text: [
          '# Triton with the models of this bundle. Pin the base by digest: --build-arg BASE=nvcr.io/…@sha256:…',
          `ARG BASE=${tritonImage}`,
          'FROM ${BASE}',
          `COPY ${repository}/ /${repository}/`,
          'USER 1000:1000',
          '',
        ].join('\n'),
      },
    ],
    readme: {
      about: models.flatMap(({ name, uri, version, digest, note }) => [
        `Triton serves \`${name}\`: version ${version} of \`${uri}\` as it was when this was exported (sha256 ${digest.slice(0, 12)}…), features included.`,
        ...note,
      ]),
      prepare: [
        `podman build -f Containerfile -t ${exampleRegistry}/${image}:${context.version} .`,
        `podman push ${exampleRegistry}/${image}:${context.version}`,
      ],
      follow: `kubectl -n ${names.graph} port-forward svc/${image} 8000`,
      sections: [
        [
          '## Without a cluster',
          '',
          `\`slipway serve ${repository}\` and \`tritonserver --model-repository=${repository}\` serve the same folder. Inputs are the`,
          'raw columns, one tensor [N, 1] each: numbers and booleans as FP64 (missing: NaN), times as INT64 microseconds since',
          '1970 (missing: -2^63), text as BYTES (missing: `␀`, U+2400), lists of numbers as FP32 [N, length].',
        ].join('\n'),
      ],
    },
  };
}

interface RepositoryModel {
  name: string;
  uri: string;
  version: number;
  digest: string;
  /** What callers must know. */
  note: string[];
  files: BundleFile[];
}

/** The folder of each endpoint's model: `NAME/config.pbtxt` and `NAME/VERSION/model.onnx`. Throws `export.no-model`. */
export function tritonModels(context: ExportContext, target: string): RepositoryModel[] {
  return servedNames(plannedEndpoints(context.plan).endpoints, target).map(({ name, endpoint }) => {
    const model = embeddedModel(context, endpoint, target);
    const { maxBatchRows, maxQueueRows } = endpoint.limits;
    const config = modelConfigText({
      name,
      version: model.version,
      ...modelTensors(model.manifest),
      maxBatchRows,
      maxQueueRows,
      ...endpoint.batching,
    });
    const folder = `${repository}/${name}`;
    return {
      name,
      uri: endpoint.modelUri,
      version: model.version,
      digest: model.digest,
      note: serverNotes(name, model.manifest),
      files: [
        { path: `${folder}/config.pbtxt`, text: config },
        {
          path: `${folder}/${model.version}/model.onnx`,
          text: `ONNX model, ${model.onnx.byteLength} bytes`,
          bytes: model.onnx,
        },
      ],
    };
  });
}
