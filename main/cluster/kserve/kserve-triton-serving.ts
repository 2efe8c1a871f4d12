import type { BundlePart } from '../bundle-part.ts';
import { type ExportContext, plannedEndpoints } from '../export-context.ts';
import { exampleRegistry, type Names } from '../names.ts';
import { restrictedContainer } from '../pod-security.ts';
import { type TritonTarget, tritonModels } from '../triton/triton-serving.ts';
import { inferenceServiceObjects } from './inference-service.ts';
import { serviceName } from './kserve-serving.ts';

/** Port of KServe's Triton runtime. */
const tritonPort = 8080;

/** An InferenceService of KServe's own Triton runtime, which takes the model repository from an image (`oci://`). */
export function kserveTritonServing(context: ExportContext, names: Names, target: TritonTarget): BundlePart {
  const image = `${names.graph}-models`;
  const reference = `${exampleRegistry}/${image}:${context.version}`;
  const models = tritonModels(context, target);
  const { endpoints } = plannedEndpoints(context.plan);
  const [first] = endpoints;
  if (first === undefined) return { groups: [], readme: { about: [] } };
  // One server holds all models of the repository.
  const objects = inferenceServiceObjects(context, names, {
    name: serviceName(names, first),
    port: tritonPort,
    predictor: {
      model: {
        modelFormat: { name: 'triton', version: '2' },
        protocolVersion: 'v2',
        storageUri: `oci://${reference}`,
        resources: {
          requests: { cpu: '1', memory: '1Gi', 'ephemeral-storage': '256Mi' },
          limits: { cpu: '4', memory: '4Gi', 'ephemeral-storage': '1Gi' },
        },
        securityContext: restrictedContainer,
      },
    },
  });
  return {
    groups: [{ file: 'triton.yaml', objects }],
    files: [
      ...models.flatMap(({ files }) => files),
      { path: 'Containerfile', text: 'FROM scratch\nCOPY model-repository/ /models/\n' },
    ],
    readme: {
      about: models.flatMap(({ name: served, uri, version, note }) => [
        `KServe's Triton runtime serves \`${served}\`: version ${version} of \`${uri}\` as it was when this was exported.`,
        ...note,
      ]),
      needs: [
        `KServe 0.20 with its cluster runtimes and model images (\`enableModelcar\`) must be installed. The model image is named in \`spec.predictor.model.storageUri\`.`,
      ],
      prepare: [`podman build -f Containerfile -t ${reference} .`, `podman push ${reference}`],
      follow: `kubectl -n ${names.graph} get inferenceservices`,
    },
  };
}
