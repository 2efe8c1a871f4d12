import { definitionOf } from '../../nodes/catalog.ts';
import { parsePortRef } from '../../shared/graph/ids.ts';
import { modelFormOfMeta } from '../../shared/model/model-form.ts';
import { portsOf } from '../../shared/node/define-node.ts';
import type { ReadinessItem, ReadinessReport } from '../../shared/readiness/readiness.ts';
import type { FoundResult, ReadinessFacts } from './facts.ts';

type Judged = Omit<ReadinessItem, 'why' | 'title' | 'id'>;
type Check = (facts: ReadinessFacts) => ReadinessItem[];

/** Ids of the nodes of a kind, in the order of the document. */
function nodesOf(facts: ReadinessFacts, kind: string): string[] {
  return Object.entries(facts.document.nodes).flatMap(([id, node]) => (node.kind === kind ? [id] : []));
}

function titleOf(facts: ReadinessFacts, id: string): string {
  const node = facts.document.nodes[id];
  return node?.title ?? (node && definitionOf(node.kind)?.title) ?? id;
}

/** Nodes that an output leads to directly. */
function fedBy(facts: ReadinessFacts, id: string): string[] {
  return facts.document.edges.flatMap((edge) => {
    const to = parsePortRef(edge.to)?.node;
    return parsePortRef(edge.from)?.node === id && to !== undefined ? [to] : [];
  });
}

/** The first node of a kind on any way from a node, following edges. */
function firstBelow(facts: ReadinessFacts, id: string, kind: string): string | undefined {
  const queue = [id];
  const seen = new Set(queue);
  for (let at = queue.shift(); at !== undefined; at = queue.shift()) {
    for (const next of fedBy(facts, at)) {
      if (seen.has(next)) continue;
      if (facts.document.nodes[next]?.kind === kind) return next;
      seen.add(next);
      queue.push(next);
    }
  }
  return undefined;
}

function outputOf(facts: ReadinessFacts, id: string, type: string): string | undefined {
  const node = facts.document.nodes[id];
  const definition = node && definitionOf(node.kind);
  if (!definition) return undefined;
  const port = Object.entries(portsOf(definition, node.params).outputs).find(([, output]) => output.type === type);
  return port && `${id}.${port[0]}`;
}

/** Whether a step's results stand for the graph as it is. */
function freshness(facts: ReadinessFacts, id: string): 'fresh' | 'stale' | 'never' {
  const step = facts.steps.get(id);
  return step?.hit ? 'fresh' : step?.ranBefore ? 'stale' : 'never';
}

function reportOf(facts: ReadinessFacts, id: string): FoundResult | undefined {
  return facts.results.get(outputOf(facts, id, 'report') ?? '');
}

/** A check that needs a step's results: `judge` is asked when they are there and up to date. */
function fromResults(facts: ReadinessFacts, id: string, judge: (report: FoundResult) => Judged): Judged {
  const state = freshness(facts, id);
  const report = state === 'fresh' ? reportOf(facts, id) : undefined;
  if (report) return judge(report);
  const action = { label: `Run to ${titleOf(facts, id)}`, step: { type: 'run' as const, to: id } };
  return state === 'stale'
    ? { state: 'stale', evidence: { text: `${titleOf(facts, id)} ran on an earlier state of the graph.` }, action }
    : { state: 'missing', action };
}

const valid: Check = (facts) => {
  const errors = facts.diagnostics.filter((entry) => entry.severity === 'error');
  const [first] = errors;
  return [
    {
      id: 'graph.valid',
      title: 'The graph has no errors',
      why: 'A graph with errors runs only in part.',
      ...(first
        ? {
            state: 'missing' as const,
            evidence: { text: `${errors.length} found. ${first.message}` },
            action: {
              label: first.fix ?? 'Mend the errors',
              ...(first.node === undefined
                ? {}
                : {
                    step: {
                      type: 'show' as const,
                      node: first.node,
                      ...(first.field === undefined ? {} : { field: first.field }),
                    },
                  }),
            },
          }
        : { state: 'met' as const, evidence: { text: 'Checked now: no errors.' }, action: null }),
    },
  ];
};

const upToDate: Check = (facts) => {
  const steps = [...facts.steps.values()];
  const left = steps.filter((step) => !step.hit);
  const ranBefore = left.length > 0 && left.every((step) => step.ranBefore);
  const item = {
    id: 'run.complete',
    title: 'Every step has run on the graph as it is',
    why: 'Only results of this very graph and data say anything about it.',
  };
  if (steps.length > 0 && left.length === 0) {
    return [
      {
        ...item,
        state: 'met',
        evidence: {
          text: `All ${steps.length} steps are up to date.`,
          ...(facts.lastRun?.status === 'succeeded' ? { timeMs: facts.lastRun.timeMs } : {}),
        },
        action: null,
      },
    ];
  }
  return [
    {
      ...item,
      state: ranBefore ? 'stale' : 'missing',
      evidence: { text: `${left.length} of ${steps.length} steps would run.` },
      action: { label: 'Run the graph', step: { type: 'run' } },
    },
  ];
};

/** Kinds that bring data in from outside. */
function isSource(facts: ReadinessFacts, id: string): boolean {
  const definition = definitionOf(facts.document.nodes[id]?.kind ?? '');
  if (definition?.stage !== 'data' || typeof definition.ports === 'function') return false;
  return Object.keys(definition.ports.inputs).length === 0;
}

const checkedSources: Check = (facts) => {
  if (!definitionOf('data.expect')) return [];
  return Object.keys(facts.document.nodes)
    .filter((id) => isSource(facts, id))
    .map((id): ReadinessItem => {
      const item = {
        id: `data.expect/${id}`,
        title: `${titleOf(facts, id)} is checked against expectations`,
        why: 'Broken input is found before it trains a model.',
      };
      const check = firstBelow(facts, id, 'data.expect');
      const from = outputOf(facts, id, 'table');
      if (check === undefined) {
        return {
          ...item,
          state: 'missing',
          action: {
            label: 'Add expectations',
            ...(from === undefined ? {} : { step: { type: 'add', kind: 'data.expect', from, between: true } }),
          },
        };
      }
      const expectations = facts.document.nodes[check]?.params['expectations'];
      const count = Array.isArray(expectations) ? expectations.length : 0;
      if (count === 0) {
        return {
          ...item,
          state: 'missing',
          evidence: { text: `${titleOf(facts, check)} expects nothing yet.` },
          action: { label: 'Say what to expect', step: { type: 'show', node: check, field: 'expectations' } },
        };
      }
      return {
        ...item,
        ...fromResults(facts, check, (report): Judged => {
          const broken = metricOf(report, 'brokenExpectations') ?? 0;
          if (broken === 0) {
            return { state: 'met', evidence: { text: `${count} expectations hold.`, ...timeOf(report) }, action: null };
          }
          return {
            state: 'missing',
            evidence: { text: `${broken} of ${count} expectations are broken.`, ...timeOf(report) },
            action: { label: `Look at ${titleOf(facts, check)}`, step: { type: 'show', node: check } },
          };
        }),
      };
    });
};

function metricOf(result: FoundResult, name: string): number | undefined {
  const value = (result.meta['metrics'] as Record<string, unknown> | undefined)?.[name];
  return typeof value === 'number' ? value : undefined;
}

function timeOf(result: FoundResult): { timeMs?: number } {
  return result.timeMs === undefined ? {} : { timeMs: result.timeMs };
}

const evaluated: Check = (facts) => {
  const base = {
    id: 'model.evaluated',
    title: 'The model is measured on held-out rows',
    why: 'Quality on rows the model has seen says nothing about new ones.',
  };
  const [evaluation] = nodesOf(facts, 'train.evaluate');
  const [trainer] = Object.keys(facts.document.nodes).filter((id) => outputOf(facts, id, 'model') !== undefined);
  if (trainer === undefined) return [];
  if (evaluation === undefined) {
    const from = outputOf(facts, trainer, 'model');
    return [
      {
        ...base,
        state: 'missing',
        action: {
          label: 'Add an evaluation',
          ...(from === undefined ? {} : { step: { type: 'add', kind: 'train.evaluate', from } }),
        },
      },
    ];
  }
  return nodesOf(facts, 'train.evaluate').flatMap((id): ReadinessItem[] => {
    const suffix = nodesOf(facts, 'train.evaluate').length > 1 ? `/${id}` : '';
    const lineage = facts.lineages.get(`${id}.table`);
    const heldOut = lineage === 'test' || lineage === 'validation';
    return [
      {
        ...base,
        id: `${base.id}${suffix}`,
        ...fromResults(facts, id, (report) => ({
          state: 'met',
          evidence: { text: metricsInWords(report), ...timeOf(report) },
          action: null,
        })),
      },
      {
        id: `model.untouched-rows${suffix}`,
        title: 'The rows it is measured on took no part in training',
        why: 'A leak makes a model look better than it is.',
        ...(heldOut
          ? {
              state: 'met' as const,
              evidence: { text: `${titleOf(facts, id)} gets the ${lineage} rows of a split.` },
              action: null,
            }
          : {
              state: 'missing' as const,
              evidence: { text: `${titleOf(facts, id)} gets ${lineage ?? 'unknown'} rows.` },
              action: {
                label: 'Connect the test rows of a split',
                step: { type: 'show' as const, node: id },
              },
            }),
      },
      {
        id: `model.parity${suffix}`,
        title: 'The served model gives the scores of the trained one',
        why: 'A difference between training and serving stays unseen until customers notice.',
        ...fromResults(facts, id, (report) => parityState(facts, id, report)),
      },
      {
        id: `model.leaks${suffix}`,
        title: 'No feature knows what it cannot know',
        why: 'A feature that knows the label, or rows that are in both tables, make a model that fails in use.',
        ...fromResults(facts, id, (report) => leaksState(facts, id, report)),
      },
    ];
  });
};

/** Only asked where a trained model is of another form. */
const inOnnx: Check = (facts) =>
  Object.keys(facts.document.nodes).flatMap((id): ReadinessItem[] => {
    const model = facts.results.get(outputOf(facts, id, 'model') ?? '');
    if (model === undefined || facts.document.nodes[id]?.kind === 'train.register') return [];
    if (modelFormOfMeta(model.meta) === 'onnx') return [];
    return [
      {
        id: 'model.in-onnx',
        title: 'The model needs no Python',
        why: 'One that Python runs ends with its environment, and can be served on this machine only.',
        state: 'missing',
        evidence: { text: `${titleOf(facts, id)} has no ONNX form: a Python process runs it.`, ...timeOf(model) },
        action: {
          label: 'Take an estimator with an ONNX form',
          step: { type: 'show', node: id, field: 'withoutOnnx' },
        },
      },
    ];
  });

function metricsInWords(report: FoundResult): string {
  const metrics = Object.entries((report.meta['metrics'] ?? {}) as Record<string, unknown>)
    .filter((entry): entry is [string, number] => typeof entry[1] === 'number')
    .slice(0, 3)
    .map(([name, value]) => `${name} ${value.toPrecision(4)}`);
  return metrics.length === 0 ? 'A report is there.' : metrics.join(', ');
}

function parityState(facts: ReadinessFacts, id: string, report: FoundResult): Judged {
  const parity = report.meta['parity'] as
    | { rows?: number; maxAbsDifference?: number; passed?: boolean }
    | null
    | undefined;
  if (parity?.passed) {
    const difference = (parity.maxAbsDifference ?? 0).toExponential(1);
    return {
      state: 'met',
      evidence: { text: `${parity.rows ?? 0} rows compared, largest difference ${difference}.`, ...timeOf(report) },
      action: null,
    };
  }
  return {
    state: 'missing',
    evidence: { text: parity ? 'The scores differ.' : 'The evaluation compared no scores.', ...timeOf(report) },
    action: { label: `Look at ${titleOf(facts, id)}`, step: { type: 'show', node: id } },
  };
}

function leaksState(facts: ReadinessFacts, id: string, report: FoundResult): Judged {
  const { leaks } = report.meta;
  if (leaks === 0) {
    return {
      state: 'met',
      evidence: { text: 'The evaluation found no sign of a leak.', ...timeOf(report) },
      action: null,
    };
  }
  const found = typeof leaks === 'number' ? `${leaks} found.` : 'It was not looked for.';
  return {
    state: 'missing',
    evidence: { text: found, ...timeOf(report) },
    action: { label: `Look at ${titleOf(facts, id)}`, step: { type: 'show', node: id } },
  };
}

const registered: Check = (facts) =>
  nodesOf(facts, 'train.register').flatMap((id): ReadinessItem[] => {
    const node = facts.document.nodes[id];
    const gates = node?.params['gates'];
    const named = node?.params['name'];
    const versions = facts.versions.filter((version) => typeof named !== 'string' || version.name === named);
    const latest = versions[0];
    const name = latest?.name ?? (typeof named === 'string' ? named : id);
    const tags = facts.modelTags.get(name) ?? {};
    const fresh = freshness(facts, id) === 'fresh';
    const run = { label: 'Run the graph', step: { type: 'run' as const, to: id } };
    const champion = versions.find((version) => version.aliases.length > 0);
    const earlier = versions.find((version) => version.version !== champion?.version);
    const open = (label: string, version: { version: number }, at: 'aliases' | 'owner' | 'runbook') => ({
      label,
      step: { type: 'model' as const, name, version: version.version, at },
    });
    const owners = ['owner', 'runbook'].filter((tag) => (tags[tag] ?? '') !== '');
    return [
      {
        id: `model.registered/${name}`,
        title: `${name} is registered under an alias`,
        why: 'What is served must be a version that can be named, compared and taken back.',
        ...(champion && fresh
          ? {
              state: 'met' as const,
              evidence: {
                text: `Version ${champion.version} is ${champion.aliases.join(', ')}.`,
                timeMs: champion.createdMs,
              },
              action: null,
            }
          : champion
            ? {
                state: 'stale' as const,
                evidence: {
                  text: `Version ${champion.version} is of an earlier state of the graph.`,
                  timeMs: champion.createdMs,
                },
                action: run,
              }
            : { state: 'missing' as const, action: run }),
      },
      {
        id: `model.gate/${name}`,
        title: `${name} has a limit it must pass`,
        why: 'Without a limit a worse model is registered as readily as a better one.',
        ...(Array.isArray(gates) && gates.length > 0
          ? { state: 'met' as const, evidence: { text: `${gates.length} set in ${titleOf(facts, id)}.` }, action: null }
          : {
              state: 'missing' as const,
              action: { label: 'Set a limit', step: { type: 'show' as const, node: id, field: 'gates' } },
            }),
      },
      {
        id: `model.rollback/${name}`,
        title: `There is a version of ${name} to go back to`,
        why: 'When a new version fails, the way back must exist already.',
        ...(earlier
          ? {
              state: 'met' as const,
              evidence: { text: `Version ${earlier.version} is kept.`, timeMs: earlier.createdMs },
              action: null,
            }
          : {
              state: 'missing' as const,
              ...(champion ? { evidence: { text: `Version ${champion.version} is the only one.` } } : {}),
              action: champion ? open('Show the aliases', champion, 'aliases') : run,
            }),
      },
      {
        id: `model.owner/${name}`,
        title: `${name} has an owner and a runbook`,
        why: 'At three in the morning somebody must know whom to call and what to do.',
        ...(owners.length === 2
          ? { state: 'met' as const, evidence: { text: `Owner ${tags['owner'] ?? ''}.` }, action: null }
          : {
              state: 'missing' as const,
              ...(owners.length === 1 ? { evidence: { text: `Only the ${owners[0] ?? ''} is set.` } } : {}),
              action: latest
                ? open(
                    owners.length === 0
                      ? 'Set owner and runbook'
                      : `Set the ${owners[0] === 'owner' ? 'runbook' : 'owner'}`,
                    champion ?? latest,
                    owners[0] === 'owner' ? 'runbook' : 'owner',
                  )
                : run,
            }),
      },
    ];
  });

const served: Check = (facts) => {
  const endpoints = nodesOf(facts, 'serve.endpoint');
  const model = nodesOf(facts, 'train.register').flatMap((id) => outputOf(facts, id, 'model') ?? [])[0];
  if (endpoints.length === 0) {
    return [
      {
        id: 'serve.endpoint',
        title: 'The model has an endpoint',
        why: 'A model that nothing can ask is not in production.',
        state: 'missing',
        action: {
          label: 'Add an endpoint',
          ...(model === undefined ? {} : { step: { type: 'add', kind: 'serve.endpoint', from: model } }),
        },
      },
    ];
  }
  return endpoints.flatMap((id): ReadinessItem[] => {
    const title = titleOf(facts, id);
    const requests = outputOf(facts, id, 'stream');
    const fed = facts.document.edges.some((edge) => parsePortRef(edge.to)?.node === id);
    const drift = fedBy(facts, id).find((below) => facts.document.nodes[below]?.kind === 'monitor.drift');
    const log = facts.document.nodes[id]?.params['requestLog'] ?? 'sampled';
    const items: ReadinessItem[] = [
      {
        id: `serve.endpoint/${id}`,
        title: `${title} serves a registered model`,
        why: 'A model that nothing can ask is not in production.',
        ...(fed
          ? { state: 'met', evidence: { text: 'A model is connected.' }, action: null }
          : { state: 'missing', action: { label: 'Connect a model', step: { type: 'show', node: id } } }),
      },
      {
        id: `serve.request-log/${id}`,
        title: `${title} keeps its requests`,
        why: 'Drift, performance and every later question are answered from the log.',
        ...(log === 'off'
          ? {
              state: 'missing',
              action: { label: 'Turn the log on', step: { type: 'show', node: id, field: 'requestLog' } },
            }
          : { state: 'met', evidence: { text: `Requests are kept: ${String(log)}.` }, action: null }),
      },
      {
        id: `monitor.drift/${id}`,
        title: `Requests of ${title} are watched for drift`,
        why: 'The world changes without telling the model.',
        ...(drift === undefined
          ? {
              state: 'missing',
              action: {
                label: 'Add a drift monitor',
                ...(requests === undefined ? {} : { step: { type: 'add', kind: 'monitor.drift', from: requests } }),
              },
            }
          : { state: 'met', evidence: { text: `${titleOf(facts, drift)} watches.` }, action: null }),
      },
    ];
    const objective = facts.document.nodes[id]?.params['objectiveP99Ms'];
    items.push({
      id: `serve.objective/${id}`,
      title: `${title} has a latency objective`,
      why: 'Without an objective nobody can say whether it is fast enough, and overload is not held off in time.',
      ...(typeof objective === 'number'
        ? { state: 'met', evidence: { text: `99 of 100 requests within ${objective} ms.` }, action: null }
        : {
            state: 'missing',
            action: { label: 'Set the objective', step: { type: 'show', node: id, field: 'objectiveP99Ms' } },
          }),
    });
    items.push(...watched(facts, id, title));
    if (definitionOf('monitor.performance')) {
      const performance = fedBy(facts, id).find((below) => facts.document.nodes[below]?.kind === 'monitor.performance');
      items.push({
        id: `monitor.performance/${id}`,
        title: `The quality of ${title} is watched`,
        why: 'A model can be wrong on data that looks as usual.',
        ...(performance === undefined
          ? {
              state: 'missing',
              action: {
                label: 'Add a performance monitor',
                ...(requests === undefined
                  ? {}
                  : { step: { type: 'add', kind: 'monitor.performance', from: requests } }),
              },
            }
          : { state: 'met', evidence: { text: `${titleOf(facts, performance)} watches.` }, action: null }),
      });
    }
    return items;
  });
};

/** Alerts that reach somebody, and the way back to training. */
function watched(facts: ReadinessFacts, id: string, title: string): ReadinessItem[] {
  const monitors = fedBy(facts, id).filter((below) => facts.document.nodes[below]?.kind.startsWith('monitor.'));
  const routed = monitors.filter((below) => {
    const webhook = facts.document.nodes[below]?.params['webhook'];
    return webhook !== undefined && webhook !== null && webhook !== '';
  });
  const alerting = monitors.find((below) =>
    ['monitor.drift', 'monitor.performance'].includes(facts.document.nodes[below]?.kind ?? ''),
  );
  const retrain = firstBelow(facts, id, 'monitor.retrain');
  const requests = outputOf(facts, id, 'stream');
  return [
    {
      id: `monitor.route/${id}`,
      title: `Alerts about ${title} reach somebody`,
      why: 'An alert that nobody gets is no alert.',
      ...(routed[0] === undefined
        ? {
            state: 'missing',
            action: {
              label: alerting === undefined ? 'Add a monitor, then give it an address' : 'Give the monitor an address',
              ...(alerting === undefined ? {} : { step: { type: 'show', node: alerting, field: 'webhook' } }),
            },
          }
        : {
            state: 'met',
            evidence: { text: `${routed.map((below) => titleOf(facts, below)).join(', ')} post them.` },
            action: null,
          }),
    },
    ...(definitionOf('monitor.retrain')
      ? [
          {
            id: `monitor.retrain/${id}`,
            title: `${title} is trained again when it should be`,
            why: 'A model grows old; a way to a better one that is tested must exist before it is needed.',
            ...(retrain === undefined
              ? {
                  state: 'missing' as const,
                  action: {
                    label: 'Add retraining',
                    ...(requests === undefined
                      ? {}
                      : { step: { type: 'add' as const, kind: 'monitor.retrain', from: requests } }),
                  },
                }
              : { state: 'met' as const, evidence: { text: `${titleOf(facts, retrain)} does.` }, action: null }),
          },
        ]
      : []),
  ];
}

/** Names of settings that hold what must not stand in a file. */
const secretNames = /password|passwd|secret|token|api[-_]?key|credential/i;

/** Settings with a value where a secret's name should stand, as `node.param`. */
function plainSecrets(facts: ReadinessFacts): { node: string; field: string }[] {
  return Object.entries(facts.document.nodes).flatMap(([node, { params }]) =>
    Object.entries(params).flatMap(([field, value]) =>
      secretNames.test(field) && typeof value === 'string' && value !== '' ? [{ node, field }] : [],
    ),
  );
}

const secrets: Check = (facts) => {
  const [first, ...more] = plainSecrets(facts);
  return [
    {
      id: 'graph.secrets',
      title: 'No password or key stands in the graph',
      why: 'A graph is shared, versioned and exported; what stands in it is known to all who see it.',
      ...(first === undefined
        ? { state: 'met', evidence: { text: 'Checked now: secrets are named, never written.' }, action: null }
        : {
            state: 'missing',
            evidence: {
              text: `${titleOf(facts, first.node)}, ${first.field}${more.length > 0 ? ` and ${more.length} more` : ''}.`,
            },
            action: { label: 'Name a secret instead', step: { type: 'show', node: first.node, field: first.field } },
          }),
    },
  ];
};

const cost: Check = (facts) => {
  const steps = [...facts.steps.values()];
  const measured = steps.filter((step) => step.ranBefore || step.hit);
  const seconds = steps.reduce((sum, step) => sum + (step.estimate.seconds ?? (step.durationMs ?? 0) / 1000), 0);
  const memory = Math.max(0, ...steps.map((step) => step.estimate.memoryBytes ?? 0));
  if (steps.length === 0) return [];
  return [
    {
      id: 'run.cost',
      title: 'What a run takes is known',
      why: 'Retraining must fit the machine and the time it is given.',
      ...(measured.length === steps.length
        ? {
            state: 'met',
            evidence: {
              text: `About ${Math.max(1, Math.round(seconds))} s of work, ${(memory / 1e9).toFixed(1)} GB at most, from earlier runs.`,
            },
            action: null,
          }
        : {
            state: 'missing',
            evidence: { text: `${steps.length - measured.length} of ${steps.length} steps never ran.` },
            action: { label: 'Run the graph', step: { type: 'run' } },
          }),
    },
  ];
};

const checks: readonly Check[] = [
  valid,
  upToDate,
  secrets,
  cost,
  checkedSources,
  evaluated,
  inOnnx,
  registered,
  served,
];

/** `readiness: {waived: {ITEM: reason}}` of the document: what a team decided to do without. */
function waivedItems(document: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const readiness = document['readiness'];
  const waived =
    typeof readiness === 'object' && readiness !== null ? (readiness as Record<string, unknown>)['waived'] : undefined;
  return typeof waived === 'object' && waived !== null ? (waived as Record<string, unknown>) : {};
}

/**
 * What stands between a graph and production, judged by the graph and the results in the store alone. Items that
 * nothing can be said about are left out; a waived item keeps its reason and is not counted.
 */
export function readinessOf(facts: ReadinessFacts): ReadinessReport {
  const waived = waivedItems(facts.document);
  const items = checks
    .flatMap((check) => check(facts))
    .map((item): ReadinessItem => {
      const reason = waived[item.id];
      if (item.state === 'met' || typeof reason !== 'string' || reason.trim() === '') return item;
      return { ...item, state: 'waived', evidence: { text: reason }, action: null };
    });
  const counted = items.filter((item) => item.state !== 'waived');
  const met = counted.filter((item) => item.state === 'met').length;
  return {
    score: counted.length === 0 ? 0 : Math.floor((100 * met) / counted.length),
    met,
    total: counted.length,
    items,
  };
}
