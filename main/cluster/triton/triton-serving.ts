import type { BundleFile } from '../bundle.ts';
import type { BundlePart } from '../bundle-part.ts';
import { type EmbeddedModel, embeddedModel } from '../embed-models.ts';
import { type ExportContext, type PlannedEndpoint, plannedEndpoints } from '../export-context.ts';
import { modelServerObjects, sharedMemoryVolume, temporaryVolume } from '../model-server.ts';
import { serverNotes, modelTensors } from '../model-tensors.ts';
import { exampleRegistry, type Names } from '../names.ts';
import { servedNames } from '../served-names.ts';
import type { Ensemble } from './ensemble.ts';
import type { EnsembleOutcome } from './ensemble-of-model.ts';
import { ensembleConfigText, modelConfigText, stepModelName, type TritonModel } from './model-config-text.ts';

/** The folder of the bundle, and of the image, that Triton serves. */
const repository = 'model-repository';
/** Brings ONNX Runtime 1.21 or newer; pin it by digest when building. */
const tritonImage = 'nvcr.io/nvidia/tritonserver:25.05-py3';

/** Triton's model repository with the registered models, and a Deployment of an image that carries it. */
export function tritonServing(context: ExportContext, names: Names): BundlePart {
  return serving(context, names, 'triton');
}

/** The same with an ensemble for each model that can be one. */
export function tritonEnsembleServing(context: ExportContext, names: Names): BundlePart {
  return serving(context, names, 'triton-ensemble');
}

function serving(context: ExportContext, names: Names, target: TritonTarget): BundlePart {
  const image = `${names.graph}-triton`;
  const models = tritonModels(context, target);
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
          target === 'triton'
            ? `\`slipway serve ${repository}\` and \`tritonserver --model-repository=${repository}\` serve the same folder. Inputs are the`
            : `\`tritonserver --model-repository=${repository}\` serves the same folder. Inputs are the`,
          'raw columns, one tensor [N, 1] each: numbers and booleans as FP64 (missing: NaN), times as INT64 microseconds since',
          '1970 (missing: -2^63), text as BYTES (missing: `␀`, U+2400), lists of numbers as FP32 [N, length].',
        ].join('\n'),
      ],
    },
  };
}

/** The target whose second half may be another: `triton,kserve`. */
export type TritonTarget = 'triton' | 'triton-ensemble';

interface RepositoryModel {
  name: string;
  uri: string;
  version: number;
  digest: string;
  /** What callers and those who run it must know. */
  note: string[];
  files: BundleFile[];
}

/**
 * The folders of each endpoint's model: `NAME/config.pbtxt` and `NAME/VERSION/model.onnx`, of an ensemble one for each of
 * its models besides. Throws `export.no-model`.
 */
export function tritonModels(context: ExportContext, target: TritonTarget): RepositoryModel[] {
  const served = servedNames(plannedEndpoints(context.plan).endpoints, target);
  const taken = new Set(served.map(({ name }) => name));
  return served.map(({ name, endpoint }) => {
    const model = embeddedModel(context, endpoint, target);
    const about = { name, uri: endpoint.modelUri, version: model.version, digest: model.digest };
    const note = serverNotes(name, model.manifest);
    if (target === 'triton') return { ...about, note, files: wholeFiles(name, endpoint, model) };
    const outcome = ensembleUnlessTaken(name, model, taken);
    if ('whole' in outcome) {
      const whole = `\`${name}\` is one model, not an ensemble: ${outcome.whole}.`;
      return { ...about, note: [...note, whole], files: wholeFiles(name, endpoint, model) };
    }
    const parts = outcome.ensemble.steps.map(({ suffix }) => `\`${stepModelName(name, suffix)}\``);
    return {
      ...about,
      note: [
        ...note,
        `\`${name}\` is an ensemble of ${parts.join(' and ')}, each with its own queue and batches. When this was exported, its answers to the model's example row and to a row without values were those of the whole model, bit by bit.`,
      ],
      files: ensembleFiles(name, endpoint, model.version, outcome.ensemble),
    };
  });
}

function ensembleUnlessTaken(name: string, model: EmbeddedModel, taken: ReadonlySet<string>): EnsembleOutcome {
  const outcome = model.ensemble ?? { whole: 'it was not taken apart' };
  if ('whole' in outcome) return outcome;
  const other = outcome.ensemble.steps.map(({ suffix }) => stepModelName(name, suffix)).find((part) => taken.has(part));
  return other === undefined ? outcome : { whole: `another endpoint is called \`${other}\`` };
}

function wholeFiles(name: string, endpoint: PlannedEndpoint, { manifest, version, onnx }: EmbeddedModel): BundleFile[] {
  return repositoryFiles({ name, version, ...modelTensors(manifest), ...queueOf(endpoint) }, onnx);
}

function ensembleFiles(name: string, endpoint: PlannedEndpoint, version: number, ensemble: Ensemble): BundleFile[] {
  const queue = queueOf(endpoint);
  return [
    {
      path: `${repository}/${name}/config.pbtxt`,
      text: ensembleConfigText({ name, version, maxBatchRows: queue.maxBatchRows, ...ensemble }),
    },
    {
      path: `${repository}/${name}/${version}/README`,
      text: 'Triton asks for the folder of a version, though an ensemble has no file of its own.\n',
    },
    ...ensemble.steps.flatMap(({ suffix, onnx, inputs, outputs }) =>
      repositoryFiles({ name: stepModelName(name, suffix), version, inputs, outputs, ...queue }, onnx),
    ),
  ];
}

function queueOf({ limits, batching }: PlannedEndpoint) {
  const { maxDelayMs, preferredBatchRows, priorities } = batching;
  return {
    maxBatchRows: limits.maxBatchRows,
    maxQueueRows: limits.maxQueueRows,
    maxDelayMs,
    preferredBatchRows,
    priorities,
  };
}

function repositoryFiles(model: TritonModel, onnx: Uint8Array): BundleFile[] {
  const folder = `${repository}/${model.name}`;
  return [
    { path: `${folder}/config.pbtxt`, text: modelConfigText(model) },
    { path: `${folder}/${model.version}/model.onnx`, text: `ONNX model, ${onnx.byteLength} bytes`, bytes: onnx },
  ];
}
