import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { WebSocketServer } from 'ws';

// The parts of the Kubernetes API that apply, watch and forwarded ports meet, after the API conventions: discovery,
// server-side apply with field ownership, strict field validation, dry run, watches with versions and bookmarks, deletion
// with preconditions.

interface Kind {
  apiVersion: string;
  kind: string;
  plural: string;
  namespaced: boolean;
}

export interface StoredObject {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    uid: string;
    resourceVersion: string;
    creationTimestamp: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    ownerReferences?: unknown[];
    /** While there are any, a delete only marks the object. */
    finalizers?: string[];
    deletionTimestamp?: string;
    managedFields: { manager: string; operation: string; fields: string[] }[];
  };
  [field: string]: unknown;
}

interface Draft {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; [field: string]: unknown };
  [field: string]: unknown;
}

export interface ApiFault {
  method: string;
  /** Part of the path. */
  path: string;
  status: number;
  reason: string;
  message: string;
  times: number;
}

export interface ApiServer {
  url: string;
  token: string;
  /** Text of a kubeconfig with the contexts `test` (namespace `from-context`) and `expired`. */
  kubeconfig: string;
  faults: ApiFault[];
  /** `METHOD PATH?QUERY` */
  requests: string[];
  /** `VERB RESOURCE` that access reviews deny. */
  denied: Set<string>;
  /** Lines of `NAMESPACE/POD/CONTAINER`. */
  logs: Map<string, string[]>;
  /** Port of this machine that `NAMESPACE/POD` listens on, for forwarded ports. */
  podPorts: Map<string, number>;
  /** API groups of other servers behind this one. */
  groups: string[];
  removeGroup(apiVersion: string): void;
  get(kind: string, namespace: string | null, name: string): StoredObject | undefined;
  list(kind: string): StoredObject[];
  /** Writes as another client; its fields belong to `manager`. */
  put(object: Draft, manager?: string): StoredObject;
  delete(kind: string, namespace: string | null, name: string): void;
  /** Ends every open watch. */
  breakWatches(): void;
  /** Forgets old versions: a watch from one of them is answered with 410. */
  compact(): void;
  close(): Promise<void>;
}

const kinds: readonly Kind[] = [
  ['v1', 'Namespace', 'namespaces', false],
  ['v1', 'Node', 'nodes', false],
  ['v1', 'Pod', 'pods', true],
  ['v1', 'Event', 'events', true],
  ['v1', 'ConfigMap', 'configmaps', true],
  ['v1', 'Secret', 'secrets', true],
  ['v1', 'Service', 'services', true],
  ['v1', 'ServiceAccount', 'serviceaccounts', true],
  ['v1', 'PersistentVolumeClaim', 'persistentvolumeclaims', true],
  ['v1', 'ResourceQuota', 'resourcequotas', true],
  ['apps/v1', 'Deployment', 'deployments', true],
  ['batch/v1', 'Job', 'jobs', true],
  ['batch/v1', 'CronJob', 'cronjobs', true],
  ['autoscaling/v2', 'HorizontalPodAutoscaler', 'horizontalpodautoscalers', true],
  ['policy/v1', 'PodDisruptionBudget', 'poddisruptionbudgets', true],
  ['networking.k8s.io/v1', 'NetworkPolicy', 'networkpolicies', true],
  ['rbac.authorization.k8s.io/v1', 'Role', 'roles', true],
  ['rbac.authorization.k8s.io/v1', 'RoleBinding', 'rolebindings', true],
  ['storage.k8s.io/v1', 'StorageClass', 'storageclasses', false],
  ['argoproj.io/v1alpha1', 'Workflow', 'workflows', true],
  ['argoproj.io/v1alpha1', 'WorkflowTemplate', 'workflowtemplates', true],
  ['argoproj.io/v1alpha1', 'CronWorkflow', 'cronworkflows', true],
].map(([apiVersion, kind, plural, namespaced]) => ({ apiVersion, kind, plural, namespaced }) as Kind);

/** Top-level fields of the kinds above. */
const knownFields = new Set(
  'apiVersion kind metadata spec status data binaryData immutable type rules roleRef subjects automountServiceAccountToken involvedObject reason message count lastTimestamp provisioner'.split(
    ' ',
  ),
);

interface Change {
  version: number;
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  object: StoredObject;
}

interface Watch {
  kind: Kind;
  namespace: string | undefined;
  selector: string | null;
  response: ServerResponse;
}

export async function startApiServer(): Promise<ApiServer> {
  const objects = new Map<string, StoredObject>();
  const removed = new Set<string>();
  const watches = new Set<Watch>();
  let history: Change[] = [];
  let compactedTo = 0;
  let version = 100;
  const token = randomUUID();
  const offered = () => kinds.filter((kind) => !removed.has(kind.apiVersion));
  const keyOf = (kind: string, namespace: string | null | undefined, name: string) =>
    `${kind}/${namespace ?? ''}/${name}`;

  function record(type: Change['type'], object: StoredObject): void {
    const change = { version: Number(object.metadata.resourceVersion), type, object: structuredClone(object) };
    history.push(change);
    for (const watch of watches) tell(watch, change);
  }

  function tell(watch: Watch, { type, object }: Change): void {
    if (object.kind !== watch.kind.kind) return;
    if (watch.namespace !== undefined && object.metadata.namespace !== watch.namespace) return;
    if (!selects(watch.selector, object)) return;
    watch.response.write(`${JSON.stringify({ type, object })}\n`);
  }

  function save(draft: Draft, managedFields: StoredObject['metadata']['managedFields']): StoredObject {
    const key = keyOf(draft.kind, draft.metadata.namespace, draft.metadata.name);
    const before = objects.get(key);
    version++;
    const { uid, creationTimestamp } = before?.metadata ?? {
      uid: randomUUID(),
      creationTimestamp: new Date().toISOString(),
    };
    const object = {
      ...structuredClone(draft),
      metadata: { creationTimestamp, ...draft.metadata, uid, resourceVersion: String(version), managedFields },
    } as StoredObject;
    objects.set(key, object);
    record(before === undefined ? 'ADDED' : 'MODIFIED', object);
    return object;
  }

  function remove(key: string): void {
    const object = objects.get(key);
    if (object === undefined) return;
    objects.delete(key);
    version++;
    record('DELETED', { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } });
  }

  const server = createServer((request, response) => {
    void text(request).then((body) => handle(request, response, body));
  });
  const sockets = new WebSocketServer({ server, handleProtocols: (offered) => [...offered][0] ?? false });
  sockets.on('connection', (socket, request) => {
    const [, pod = '', port = ''] =
      /^\/api\/v1\/namespaces\/([^/]+\/pods\/[^/]+)\/portforward\?ports=(\d+)$/.exec(request.url ?? '') ?? [];
    const listens = state.podPorts.get(pod.replace('/pods/', '/'));
    if (request.headers.authorization !== `Bearer ${token}` || listens === undefined) return socket.terminate();
    // Channels of data and of errors, each begun by the port's number, little-endian.
    const number = [Number(port) % 256, Math.floor(Number(port) / 256)];
    for (const channel of [0, 1]) socket.send(Buffer.from([channel, ...number]));
    const toPod = connect(listens, '127.0.0.1');
    toPod.on('data', (bytes) => socket.send(Buffer.concat([Buffer.of(0), bytes])));
    toPod.on('close', () => socket.close());
    toPod.on('error', () => socket.terminate());
    socket.on('message', (message: Buffer) => toPod.write(message.subarray(1)));
    socket.on('close', () => toPod.destroy());
  });
  const state: ApiServer = {
    url: '',
    token,
    kubeconfig: '',
    faults: [],
    requests: [],
    denied: new Set(),
    logs: new Map(),
    podPorts: new Map(),
    groups: [],
    removeGroup: (apiVersion) => removed.add(apiVersion),
    get: (kind, namespace, name) => objects.get(keyOf(kind, namespace, name)),
    list: (kind) => [...objects.values()].filter((object) => object.kind === kind),
    put: (object, manager = 'other') => {
      const before = objects.get(keyOf(object.kind, object.metadata.namespace, object.metadata.name));
      const kept = (before?.metadata.managedFields ?? []).filter((entry) => entry.manager !== manager);
      return save(object, [...kept, { manager, operation: 'Update', fields: [...leaves(object).keys()] }]);
    },
    delete: (kind, namespace, name) => remove(keyOf(kind, namespace, name)),
    breakWatches: () => {
      for (const watch of watches) watch.response.destroy();
      watches.clear();
    },
    compact: () => {
      compactedTo = version;
      history = [];
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
        for (const client of sockets.clients) client.terminate();
      }),
  };

  function handle(request: IncomingMessage, response: ServerResponse, body: string): void {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const method = request.method ?? 'GET';
    state.requests.push(`${method} ${url.pathname}${url.search}`);
    const answer = (status: number, value: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(value));
    };
    const fail = (code: number, reason: string, message: string, details: unknown = {}) =>
      answer(code, { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message, details });

    const fault = state.faults.find(
      (entry) => entry.times > 0 && entry.method === method && url.pathname.includes(entry.path),
    );
    if (fault !== undefined) {
      fault.times--;
      return fail(fault.status, fault.reason, fault.message);
    }
    if (request.headers.authorization !== `Bearer ${token}`) return fail(401, 'Unauthorized', 'Unauthorized');
    if (url.pathname === '/version') return answer(200, { major: '1', minor: '32', gitVersion: 'v1.32.4' });
    if (url.pathname === '/apis') {
      const groups = new Set(offered().flatMap(({ apiVersion }) => apiVersion.match(/^(.+)\//)?.[1] ?? []));
      return answer(200, { kind: 'APIGroupList', groups: [...groups, ...state.groups].map((name) => ({ name })) });
    }
    if (url.pathname === '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews') {
      const { spec } = JSON.parse(body) as { spec: { resourceAttributes: { verb: string; resource: string } } };
      const { verb, resource } = spec.resourceAttributes;
      return answer(201, { status: { allowed: !state.denied.has(`${verb} ${resource}`) } });
    }
    const match = /^\/(?:api\/(v1)|apis\/([^/]+\/[^/]+))(?:\/(.*))?$/.exec(url.pathname);
    const apiVersion = match?.[1] ?? match?.[2] ?? '';
    const ofGroup = offered().filter((kind) => kind.apiVersion === apiVersion);
    if (match === null || ofGroup.length === 0)
      return fail(404, 'NotFound', 'the server could not find the requested resource');
    if (match[3] === undefined) {
      const resources = ofGroup.map(({ kind, plural, namespaced }) => ({ name: plural, kind, namespaced }));
      return answer(200, { kind: 'APIResourceList', groupVersion: apiVersion, resources });
    }
    const parts = match[3].split('/').map(decodeURIComponent);
    const scoped = parts[0] === 'namespaces' && parts.length > 2;
    const namespace = scoped ? parts[1] : undefined;
    const [plural, name, subresource] = scoped ? parts.slice(2) : parts;
    const kind = ofGroup.find((candidate) => candidate.plural === plural);
    if (kind === undefined) return fail(404, 'NotFound', 'the server could not find the requested resource');
    if (kind.kind === 'Pod' && subresource === 'log') return log(response, namespace ?? '', name ?? '', url);
    if (name === undefined && method === 'POST') {
      const draft = JSON.parse(body) as Draft;
      if (objects.has(keyOf(kind.kind, namespace, draft.metadata.name))) {
        return fail(409, 'AlreadyExists', `${plural} "${draft.metadata.name}" already exists`);
      }
      const fields = [...leaves(draft).keys()];
      return answer(201, save(draft, [{ manager: 'node', operation: 'Update', fields }]));
    }
    if (name === undefined) return list(response, kind, namespace, url, answer);
    const key = keyOf(kind.kind, namespace, name);
    const object = objects.get(key);

    if (method === 'GET') {
      if (object === undefined) return fail(404, 'NotFound', `${plural} "${name}" not found`);
      return answer(200, object);
    }
    if (method === 'DELETE') {
      if (object === undefined) return fail(404, 'NotFound', `${plural} "${name}" not found`);
      const options = body === '' ? {} : (JSON.parse(body) as { preconditions?: { uid?: string } });
      if (options.preconditions?.uid !== undefined && options.preconditions.uid !== object.metadata.uid) {
        return fail(409, 'Conflict', 'the UID in the precondition does not match');
      }
      if (url.searchParams.get('dryRun') !== 'All') {
        const { managedFields, ...metadata } = object.metadata;
        const marked = { ...object, metadata: { ...metadata, deletionTimestamp: new Date().toISOString() } };
        if ((object.metadata.finalizers ?? []).length === 0) remove(key);
        else save(marked, managedFields);
      }
      return answer(200, { kind: 'Status', status: 'Success' });
    }
    if (method !== 'PATCH' || request.headers['content-type'] !== 'application/apply-patch+yaml') {
      return fail(415, 'UnsupportedMediaType', 'the body of the request was in an unknown format');
    }
    if (kind.namespaced && objects.get(keyOf('Namespace', null, namespace ?? '')) === undefined) {
      return fail(404, 'NotFound', `namespaces "${namespace}" not found`);
    }
    const draft = JSON.parse(body) as Draft;
    const unknown = Object.keys(draft).filter((field) => !knownFields.has(field));
    if (url.searchParams.get('fieldValidation') === 'Strict' && unknown.length > 0) {
      return fail(
        400,
        'BadRequest',
        `failed to create typed patch object: .${unknown[0]}: field not declared in schema`,
      );
    }
    const manager = url.searchParams.get('fieldManager') ?? '';
    // The rights of a role are asked for, unless the account may bind any.
    const role = String(at(draft, 'roleRef.name'));
    if (kind.kind === 'RoleBinding' && !objects.has(keyOf('Role', namespace, role))) {
      return fail(404, 'NotFound', `roles.rbac.authorization.k8s.io "${role}" not found`);
    }
    const wanted = leaves(draft);
    const conflicts = conflictsOf(object, wanted, manager);
    if (conflicts.length > 0 && url.searchParams.get('force') !== 'true') {
      return fail(409, 'Conflict', `Apply failed with ${conflicts.length} conflict(s)`, { causes: conflicts });
    }
    const next = merged(object, draft, wanted, manager);
    if (
      object?.kind === 'Job' &&
      JSON.stringify(at(object, 'spec.template')) !== JSON.stringify(at(next, 'spec.template'))
    ) {
      return fail(422, 'Invalid', `Job.batch "${name}" is invalid: spec.template: field is immutable`, {
        causes: [{ reason: 'FieldValueInvalid', field: 'spec.template', message: 'field is immutable' }],
      });
    }
    const others = (object?.metadata.managedFields ?? []).filter((entry) => entry.manager !== manager);
    const managedFields = [...others, { manager, operation: 'Apply', fields: [...wanted.keys()] }];
    if (url.searchParams.get('dryRun') === 'All') {
      return answer(200, { ...next, metadata: { ...object?.metadata, ...next.metadata, managedFields } });
    }
    const same = object !== undefined && fieldText(object) === fieldText(next);
    answer(object === undefined ? 201 : 200, same ? object : save(next, managedFields));
  }

  function list(
    response: ServerResponse,
    kind: Kind,
    namespace: string | undefined,
    url: URL,
    answer: (status: number, value: unknown) => void,
  ): void {
    const selector = url.searchParams.get('labelSelector');
    if (url.searchParams.get('watch') !== 'true') {
      const items = [...objects.values()].filter(
        (object) =>
          object.kind === kind.kind &&
          (namespace === undefined || object.metadata.namespace === namespace) &&
          selects(selector, object),
      );
      return answer(200, { kind: `${kind.kind}List`, metadata: { resourceVersion: String(version) }, items });
    }
    const from = Number(url.searchParams.get('resourceVersion'));
    response.writeHead(200, { 'content-type': 'application/json' });
    if (from < compactedTo) {
      const object = { kind: 'Status', code: 410, reason: 'Expired', message: 'too old resource version' };
      response.end(`${JSON.stringify({ type: 'ERROR', object })}\n`);
      return;
    }
    response.flushHeaders();
    const watch: Watch = { kind, namespace, selector, response };
    for (const change of history) if (change.version > from) tell(watch, change);
    const bookmark = { kind: kind.kind, metadata: { resourceVersion: String(version) } };
    response.write(`${JSON.stringify({ type: 'BOOKMARK', object: bookmark })}\n`);
    watches.add(watch);
    response.on('close', () => watches.delete(watch));
  }

  /** Two lines have the time of each second since 2026: a clock may be coarse. */
  function log(response: ServerResponse, namespace: string, pod: string, url: URL): void {
    const lines = state.logs.get(`${namespace}/${pod}/${url.searchParams.get('container')}`) ?? [];
    const since = Date.parse(url.searchParams.get('sinceTime') ?? '');
    const timed = lines.map((line, index) => ({ ms: Date.UTC(2026, 0, 1) + Math.floor(index / 2) * 1000, line }));
    const chosen = timed
      .filter(({ ms }) => Number.isNaN(since) || ms >= since)
      .slice(-Number(url.searchParams.get('tailLines') ?? timed.length));
    response.writeHead(200, { 'content-type': 'text/plain' });
    response.end(
      chosen.map(({ ms, line }) => `${new Date(ms).toISOString().replace('Z', '000000Z')} ${line}\n`).join(''),
    );
  }

  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  state.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  state.kubeconfig = JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    clusters: [{ name: 'double', cluster: { server: state.url } }],
    users: [
      { name: 'me', user: { token } },
      { name: 'nobody', user: { token: 'expired' } },
    ],
    contexts: [
      { name: 'test', context: { cluster: 'double', user: 'me', namespace: 'from-context' } },
      { name: 'expired', context: { cluster: 'double', user: 'nobody' } },
    ],
  });
  return state;
}

/** Fields whose values another manager has set differently. */
function conflictsOf(object: StoredObject | undefined, wanted: Leaves, manager: string): unknown[] {
  if (object === undefined) return [];
  const present = leaves(object);
  return object.metadata.managedFields
    .filter((entry) => entry.manager !== manager)
    .flatMap((entry) =>
      entry.fields
        .filter((field) => wanted.has(field) && present.get(field)?.text !== wanted.get(field)?.text)
        .map((field) => ({
          reason: 'FieldManagerConflict',
          message: `conflict with "${entry.manager}" using ${object.apiVersion}`,
          field: `.${field}`,
        })),
    );
}

/** The applied fields, and those of others; what the manager no longer applies and nobody else owns is gone. */
function merged(object: StoredObject | undefined, draft: Draft, wanted: Leaves, manager: string): Draft {
  const result = structuredClone(draft);
  if (object === undefined) return result;
  const fieldsOf = (own: boolean) =>
    object.metadata.managedFields
      .filter((entry) => (entry.manager === manager) === own)
      .flatMap(({ fields }) => fields);
  const own = new Set(fieldsOf(true));
  const others = new Set(fieldsOf(false));
  for (const [field, { path, value }] of leaves(object)) {
    if (wanted.has(field) || (own.has(field) && !others.has(field))) continue;
    let place: Record<string, unknown> = result;
    for (const name of path.slice(0, -1)) place = (place[name] ??= {}) as Record<string, unknown>;
    place[path.at(-1) ?? ''] = value;
  }
  return result;
}

type Leaves = Map<string, { path: string[]; value: unknown; text: string }>;

/** Every scalar and list by its path; lists are atomic here. */
function leaves(object: object): Leaves {
  const found: Leaves = new Map();
  const walk = (value: unknown, path: string[]): void => {
    if (typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0) {
      for (const [name, entry] of Object.entries(value)) {
        const open =
          path.length !== 1 || path[0] !== 'metadata' || ['labels', 'annotations', 'ownerReferences'].includes(name);
        if (open && (path.length > 0 || (name !== 'apiVersion' && name !== 'kind'))) walk(entry, [...path, name]);
      }
    } else {
      const field = path.map((name) => (name.includes('.') ? `[${name}]` : name)).join('.');
      found.set(field, { path, value, text: JSON.stringify(value) });
    }
  };
  walk(object, []);
  return found;
}

/** For comparison: the same fields give the same text in any order. */
function fieldText(object: object): string {
  return JSON.stringify([...leaves(object)].map(([field, { text: value }]) => `${field}=${value}`).toSorted());
}

function at(object: object, path: string): unknown {
  let place: unknown = object;
  for (const name of path.split('.')) place = (place as Record<string, unknown> | undefined)?.[name];
  return place;
}

function selects(selector: string | null, object: StoredObject): boolean {
  return (selector ?? '')
    .split(',')
    .filter((term) => term !== '')
    .every((term) => {
      const [name = '', value] = term.split('=');
      return object.metadata.labels?.[name] === value;
    });
}

async function text(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
