import { explainMethodSchema, scoreScaleSchema } from '../../shared/model/explanation-report.ts';
import { requestColumns } from '../../shared/model/request-columns.ts';
import type { ModelManifest, PipelineStep } from '../../shared/model/signature.ts';
import type { ServedModel } from './served-model.ts';
import { datatypes } from './tensor.ts';

type Json = Record<string, unknown>;

const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const content = (schema: Json) => ({ 'application/json': { schema } });
const text = { type: 'string' };
const parameters = {
  type: 'object',
  additionalProperties: { oneOf: [text, { type: 'number' }, { type: 'boolean' }] },
};

/** Values by column, one per row. */
const columnLists = { type: 'object', additionalProperties: { type: 'array', items: {} } };

const schemas: Json = {
  Error: { type: 'object', required: ['error'], properties: { error: text } },
  TensorMetadata: {
    type: 'object',
    required: ['name', 'datatype', 'shape'],
    properties: {
      name: text,
      datatype: ref('Datatype'),
      shape: { type: 'array', items: { type: 'integer' }, description: '-1 is a variable extent' },
    },
  },
  Datatype: {
    type: 'string',
    enum: datatypes,
  },
  Tensor: {
    type: 'object',
    required: ['name', 'datatype', 'shape'],
    properties: {
      name: text,
      datatype: ref('Datatype'),
      shape: { type: 'array', items: { type: 'integer', minimum: 1 } },
      parameters,
      data: { type: 'array', items: {}, description: 'row-major, flat or nested; NaN and infinities as text' },
    },
  },
  InferRequest: {
    type: 'object',
    required: ['inputs'],
    properties: {
      id: text,
      parameters,
      inputs: { type: 'array', items: ref('Tensor') },
      outputs: {
        type: 'array',
        items: { type: 'object', required: ['name'], properties: { name: text, parameters } },
      },
    },
  },
  InferResponse: {
    type: 'object',
    required: ['model_name', 'outputs'],
    properties: {
      model_name: text,
      model_version: text,
      id: text,
      parameters,
      outputs: { type: 'array', items: ref('Tensor') },
    },
  },
  ModelMetadata: {
    type: 'object',
    required: ['name', 'platform', 'inputs', 'outputs'],
    properties: {
      name: text,
      versions: { type: 'array', items: text },
      platform: text,
      inputs: { type: 'array', items: ref('TensorMetadata') },
      outputs: { type: 'array', items: ref('TensorMetadata') },
    },
  },
  Prediction: {
    type: 'object',
    properties: {
      label: { description: 'classification: the most probable class' },
      value: { type: ['number', 'null'], description: 'regression; null for a time that a forecast does not reach' },
      lower: { type: ['number', 'null'], description: 'forecast: lower end of its interval' },
      upper: { type: ['number', 'null'], description: 'forecast: upper end of its interval' },
      scores: {
        type: 'array',
        items: { type: 'object', properties: { label: {}, score: { type: 'number' } } },
      },
    },
  },
  PredictResponse: {
    type: 'object',
    required: ['predictions', 'model_name', 'model_version', 'id'],
    properties: {
      predictions: { type: 'array', items: ref('Prediction') },
      model_name: text,
      model_version: text,
      id: text,
    },
  },
  ExplainResponse: {
    type: 'object',
    required: ['model_name', 'model_version', 'id', 'method', 'scale', 'explanations'],
    properties: {
      model_name: text,
      model_version: text,
      id: text,
      method: {
        ...text,
        enum: explainMethodSchema.options,
        description: 'tree and linear are exact, sampling has errors',
      },
      scale: { ...text, enum: scoreScaleSchema.options, description: 'what the contributions add up in' },
      note: text,
      explanations: {
        type: 'array',
        items: {
          type: 'object',
          properties: {
            label: { description: 'classification: the most probable class' },
            class: { description: 'classification: the class whose score is explained' },
            value: { type: 'number', description: 'probability of that class, or the prediction' },
            base: { type: 'number', description: 'mean score; with the contributions it sums to the score' },
            score: { type: 'number' },
            contributions: {
              type: 'array',
              items: {
                type: 'object',
                properties: {
                  column: text,
                  value: {},
                  contribution: { type: 'number' },
                  standardError: { type: 'number' },
                },
              },
            },
            encoded: {
              type: 'array',
              items: { type: 'object', properties: { column: text, contribution: { type: 'number' } } },
            },
          },
        },
      },
    },
  },
  Traffic: {
    type: 'object',
    required: ['stable'],
    properties: {
      stable: text,
      canary: {
        type: ['object', 'null'],
        required: ['version', 'percent'],
        properties: { version: text, percent: { type: 'number', minimum: 0, maximum: 100 } },
      },
      shadow: { type: ['string', 'null'], description: 'gets a copy of every request; its answers are only compared' },
    },
  },
  OnlineFeaturesRequest: {
    type: 'object',
    required: ['entities'],
    properties: {
      features: { type: 'array', items: text, description: 'VIEW:FEATURE; this or a feature service' },
      feature_service: { ...text, description: 'NAME, the newest version, or NAME@VERSION' },
      entities: columnLists,
      full_feature_names: { type: 'boolean' },
    },
  },
  OnlineFeatures: {
    type: 'object',
    required: ['metadata', 'results'],
    properties: {
      metadata: { type: 'object', properties: { feature_names: { type: 'array', items: text } } },
      results: {
        type: 'array',
        items: {
          type: 'object',
          properties: {
            values: { type: 'array', items: {} },
            statuses: {
              type: 'array',
              items: { ...text, enum: ['PRESENT', 'NULL_VALUE', 'NOT_FOUND', 'OUTSIDE_MAX_AGE'] },
            },
            event_timestamps: { type: 'array', items: text },
          },
        },
      },
    },
  },
  PushRequest: {
    type: 'object',
    required: ['push_source_name', 'df'],
    properties: { push_source_name: text, df: columnLists, to: { ...text, enum: ['online'] } },
  },
  PushResponse: { type: 'object', properties: { rows: { type: 'integer' }, stored: { type: 'integer' } } },
  Feedback: {
    type: 'object',
    required: ['id', 'label'],
    properties: {
      id: { type: 'string', description: 'id of the answer' },
      label: { description: 'what really happened' },
      model: { type: 'string', description: 'needed where several models are served' },
    },
  },
};

const columnTypes: Readonly<Record<ModelManifest['inputs'][number]['type'], Json>> = {
  bool: { type: ['boolean', 'null'] },
  int64: { type: ['integer', 'null'] },
  float64: { type: ['number', 'null'] },
  string: { type: ['string', 'null'] },
  timestamp: { type: ['string', 'integer', 'null'], description: 'ISO 8601, or milliseconds since 1970' },
  tensor: { type: ['array', 'null'], items: { type: 'number' } },
};

/** In place of the pixels of an image. */
const imageText: Json = {
  type: 'string',
  contentEncoding: 'base64',
  description: 'a PNG or JPEG file, or a data: URL of one',
};

/** Online features, in the shape of Feast's feature server. */
const featurePaths: Json = {
  '/features': { get: operation('Feature views in the online store, and feature services', { type: 'object' }) },
  '/features/get-online-features': {
    post: operation('Online features of entities', ref('OnlineFeatures'), ref('OnlineFeaturesRequest')),
  },
  '/features/push': { post: operation('Write rows to a feature view', ref('PushResponse'), ref('PushRequest')) },
};

/** Rows as one JSON object, lines of JSON, or CSV; the answer in the same form, unless `Accept` names another. */
function predictOperation(name: string, manifest: ModelManifest): Json {
  const { example } = manifest;
  const columns = manifest.inputs.map((column) => column.name);
  const cells = columns.map((column) => JSON.stringify(example[column] ?? ''));
  return {
    summary: `Predictions of ${name}`,
    ...(manifest.pipeline === undefined
      ? {}
      : {
          description: `A row goes through the steps that the rules say: ${manifest.pipeline.steps.map(stepText).join(', ')}.`,
        }),
    requestBody: {
      content: {
        ...content(rowsSchema(manifest)),
        'application/x-ndjson': { schema: { type: 'string', examples: [`${JSON.stringify(example)}\n`] } },
        'text/csv': { schema: { type: 'string', examples: [`${columns.join()}\n${cells.join()}\n`] } },
      },
    },
    responses: {
      200: {
        description: 'OK',
        content: {
          ...content(ref('PredictResponse')),
          'application/x-ndjson': { schema: { type: 'string' } },
          'text/csv': { schema: { type: 'string' } },
        },
      },
      default: { description: 'Error', content: content(ref('Error')) },
    },
  };
}

/** `second where first says yes`. */
function stepText({ name, when }: PipelineStep): string {
  if (when.length === 0) return name;
  return `${name} where ${when.map(({ step, route }) => `${step} says ${route ? 'yes' : 'no'}`).join(' and ')}`;
}

/** OpenAPI 3.1 description of the HTTP interface, with the columns of the models that are served now. */
export function openApiDocument(models: readonly ServedModel[], version: string): Json {
  const rowModels = models.flatMap(({ name, manifest }) => (manifest === null ? [] : [{ name, manifest }]));
  return {
    openapi: '3.1.0',
    info: { title: 'Slipway endpoint', version, description: 'Open Inference Protocol v2 and rows of columns.' },
    paths: {
      '/v2/health/live': { get: operation('Server live', { type: 'object' }) },
      '/v2/health/ready': { get: operation('Server ready', { type: 'object' }) },
      '/v2': { get: operation('Server metadata', { type: 'object' }) },
      ...modelPaths('', 'ModelMetadata', 'get', 'Model metadata'),
      ...modelPaths('/ready', undefined, 'get', 'Model ready'),
      ...modelPaths('/config', undefined, 'get', 'Model configuration, in the form of Triton'),
      ...modelPaths('/stats', undefined, 'get', 'Statistics of a model'),
      ...modelPaths('/infer', 'InferResponse', 'post', 'Inference with tensors', 'InferRequest'),
      '/v2/models/stats': { get: operation('Statistics of all models', { type: 'object' }) },
      '/v2/repository/index': { post: operation('Models and their states', { type: 'array' }, { type: 'object' }) },
      '/v2/repository/models/{model}/load': {
        parameters: [pathParameter('model')],
        post: operation('Load a model, or load it again', undefined, { type: 'object', properties: { parameters } }),
      },
      '/v2/repository/models/{model}/unload': {
        parameters: [pathParameter('model')],
        post: operation('Unload a model', undefined, { type: 'object', properties: { parameters } }),
      },
      '/v2/logging': {
        get: operation('Log settings', { type: 'object' }),
        post: operation('Change log settings', { type: 'object' }, { type: 'object' }),
      },
      '/v2/trace/setting': {
        get: operation('Trace settings', { type: 'object' }),
        post: operation('Change trace settings', { type: 'object' }, { type: 'object' }),
      },
      '/v1/models': { get: operation('Models', { type: 'object' }) },
      ...Object.fromEntries(
        rowModels.map(({ name, manifest }) => [
          `/v1/models/${encodeURIComponent(name)}/predict`,
          { post: predictOperation(name, manifest) },
        ]),
      ),
      ...Object.fromEntries(
        rowModels.map(({ name, manifest }) => [
          `/v1/models/${encodeURIComponent(name)}/explain`,
          { post: operation(`Why ${name} predicts what it does`, ref('ExplainResponse'), explainSchema(manifest)) },
        ]),
      ),
      ...modelPaths('/explain', 'ExplainResponse', 'post', 'Why rows get their scores'),
      '/v1/models/{model}/traffic': {
        parameters: [pathParameter('model')],
        get: operation('Versions and how requests are shared out', ref('Traffic')),
        post: operation('Share requests out among versions', ref('Traffic'), ref('Traffic')),
      },
      '/v1/models/{model}/rollback': {
        parameters: [pathParameter('model')],
        post: operation('Back to the sharing before', ref('Traffic')),
      },
      '/v1/feedback': { post: operation('Labels of earlier requests', { type: 'object' }, ref('Feedback')) },
      ...featurePaths,
      '/metrics': {
        get: {
          summary: 'Metrics for Prometheus',
          responses: { 200: { description: 'OK', content: { 'text/plain': {} } } },
        },
      },
    },
    components: {
      schemas,
      securitySchemes: { key: { type: 'http', scheme: 'bearer' } },
    },
  };
}

function operation(summary: string, result: Json | undefined, body?: Json): Json {
  return {
    summary,
    ...(body === undefined ? {} : { requestBody: { content: content(body) } }),
    responses: {
      200: { description: 'OK', ...(result === undefined ? {} : { content: content(result) }) },
      default: { description: 'Error', content: content(ref('Error')) },
    },
  };
}

function pathParameter(name: string): Json {
  return { name, in: 'path', required: true, schema: text };
}

/** The path of a model's operation without and with a version. */
function modelPaths(suffix: string, result: string | undefined, method: string, summary: string, body?: string): Json {
  const described = operation(
    summary,
    result === undefined ? { type: 'object' } : ref(result),
    body === undefined ? undefined : ref(body),
  );
  return {
    [`/v2/models/{model}${suffix}`]: { parameters: [pathParameter('model')], [method]: described },
    [`/v2/models/{model}/versions/{version}${suffix}`]: {
      parameters: [pathParameter('model'), pathParameter('version')],
      [method]: described,
    },
  };
}

/** Rows as for a prediction, the class to explain, and whether to tell of the encoded columns too. */
function explainSchema(manifest: ModelManifest): Json {
  const rows = rowsSchema(manifest);
  return {
    ...rows,
    properties: { ...(rows['properties'] as Json), class: {}, encoded: { type: 'boolean', default: false } },
  };
}

function rowsSchema(manifest: ModelManifest): Json {
  const { choices, example } = manifest;
  const columns = requestColumns(manifest);
  const properties = Object.fromEntries(
    columns.map(({ name, type, pixels }) => {
      const known = choices[name];
      if (pixels !== undefined) return [name, { anyOf: [columnTypes[type], imageText] }];
      return [name, known === undefined ? columnTypes[type] : { ...columnTypes[type], examples: known.slice(0, 20) }];
    }),
  );
  return {
    type: 'object',
    required: ['rows'],
    properties: {
      id: text,
      rows: { type: 'array', minItems: 1, items: { type: 'object', properties } },
    },
    examples: [{ rows: [Object.fromEntries(columns.map(({ name }) => [name, example[name] ?? null]))] }],
  };
}
