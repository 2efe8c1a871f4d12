import { type RunningSearch, runningSearchSchema } from '../../shared/model/search-report.ts';
import type { ArtifactManifest } from '../../shared/artifact/manifest.ts';
import type { GraphNode } from '../../shared/graph/document.ts';
import { engine } from '../client/engine-client.ts';
import { useQuery } from '../client/use-query.ts';
import { useSubscription } from '../client/use-subscription.ts';
import { useAnalysis, useStepState } from '../state/analysis-store.ts';
import { useManifest } from '../state/artifact-store.ts';
import { findEndpoint, useEndpoints } from '../state/endpoint-store.ts';
import { useActiveGraph } from '../state/graph-store.ts';
import { formatMetric, formatNumber } from '../ui/format.ts';
import { type Fact, paramFacts, resultFacts, shapeFacts } from './node-facts.ts';
import { metricName } from '../translation/metric-names.ts';
import type { NodeStatus } from './node-status.ts';
import { Sparkline } from './sparkline.tsx';
import { endpointNodeOf, serviceOf, useStepRun } from './use-node-status.ts';
import { t } from './text.ts';
import { nodeDefinition } from '../state/node-definition.ts';
import { useStepId } from '../state/graph-store.ts';

function FactLines({ facts }: { facts: readonly Fact[] }) {
  return facts.map((fact) => (
    <div className="clip" key={`${fact.before ?? ''}${fact.figure ?? ''}${fact.after ?? ''}`}>
      {fact.before && `${fact.before} `}
      {fact.figure && <span className="num strong">{fact.figure}</span>}
      {fact.after && ` ${fact.after}`}
    </div>
  ));
}

interface Curve {
  metric: string;
  train: number[];
  valid: number[];
}

function numbers(value: unknown): number[] {
  return Array.isArray(value) ? value.filter((item): item is number => typeof item === 'number') : [];
}

function curveOf(partial: Record<string, unknown> | undefined): Curve | undefined {
  const search = runningSearchSchema.safeParse(partial);
  if (search.success) return searchCurve(search.data);
  const curve = partial?.curve as { metric?: unknown; train?: unknown; valid?: unknown } | undefined;
  if (!curve) return undefined;
  const train = numbers(curve.train);
  const valid = numbers(curve.valid);
  if (train.length + valid.length < 2) return undefined;
  return { metric: typeof curve.metric === 'string' ? curve.metric : 'loss', train, valid };
}

/** Values of the trials that came to their end. */
function searchCurve({ trials, metric }: RunningSearch): Curve | undefined {
  const valid = trials.flatMap(({ state, value }) => (state === 'complete' && value !== undefined ? [value] : []));
  return valid.length < 2 ? undefined : { metric, train: [], valid };
}

function CurveBody({ curve }: { curve: Curve }) {
  const lastValid = curve.valid.at(-1);
  const lastTrain = curve.train.at(-1);
  return (
    <div className="curve">
      <Sparkline
        height={44}
        label={t.whileTraining(curve.metric)}
        series={[
          { tone: 'reference', values: curve.train },
          { tone: 'now', values: curve.valid },
        ]}
      />
      <div className="curve-ends num">
        <span>{metricName(curve.metric)}</span>
        {lastValid !== undefined && <b>{t.valid(formatMetric(lastValid))}</b>}
        {lastValid === undefined && lastTrain !== undefined && <span>{t.train(formatMetric(lastTrain))}</span>}
      </div>
    </div>
  );
}

/** The training curve of a model from an earlier run. */
function TrainedBody({ digest, facts }: { digest: string; facts: readonly Fact[] }) {
  const { data } = useQuery(`model.json:${digest}`, (signal) =>
    engine.artifact.json({ digest, file: 'model.json' }, { signal }),
  );
  const curve = curveOf(data?.training as Record<string, unknown> | undefined);
  return curve ? <CurveBody curve={curve} /> : <FactLines facts={facts} />;
}

/** Manifests of a step's outputs, for at most the first two ports. */
function useOutputManifests(nodeId: string): Record<string, ArtifactManifest> {
  const step = useStepState(nodeId);
  const run = useStepRun(nodeId);
  const fromRun = run && (run.state === 'executed' || run.state === 'cached') ? run.outputs : undefined;
  const outputs = step?.hit ? step.outputs : fromRun;
  const [first, second] = Object.entries(outputs ?? {});
  const a = useManifest(first?.[1].digest);
  const b = useManifest(second?.[1].digest);
  return {
    ...(first && a ? { [first[0]]: a } : {}),
    ...(second && b ? { [second[0]]: b } : {}),
  };
}

function EndpointBody({ id }: { id: string }) {
  const { latest } = useSubscription(id, (signal) => engine.endpoint.watch({ id }, { signal }));
  if (!latest) return null;
  const p99 = latest.latencyMs.p99;
  return (
    <>
      <Sparkline
        height={26}
        label={t.requestsPerSecond}
        series={[{ tone: 'reference', values: latest.series.slice(-120).map((point) => point.requests) }]}
      />
      <div className="clip">
        <span className="num strong">{formatNumber(latest.requestsPerSecond)}</span> {t.requestsShort}
        {p99 !== null && (
          <>
            , p99 <span className="num strong">{formatNumber(p99)}</span> {t.ms}
          </>
        )}
      </div>
    </>
  );
}

function MonitorBody({ graphId, nodeId }: { graphId: string; nodeId: string }) {
  const { latest } = useSubscription(`${graphId}/${nodeId}`, (signal) =>
    engine.monitor.watch({ graphId, nodeId }, { signal }),
  );
  if (!latest) return null;
  const drifted = latest.columns.filter((column) => column.drifted).length;
  const enough = latest.currentRows >= latest.minimumRows;
  return (
    <>
      <div className="clip">
        <span className="num strong">{latest.currentRows}</span> {t.requestsSeen}
      </div>
      <div className="clip">
        {enough ? t.columnsDrifted(drifted, latest.columns.length) : t.verdictFromRows(latest.minimumRows)}
      </div>
    </>
  );
}

/** At most a few facts or one sparkline. The cause of a doubtful state takes their place. */
export function NodeBody({ nodeId, node, status }: { nodeId: string; node: GraphNode; status: NodeStatus }) {
  const definition = nodeDefinition(node);
  const partial = useStepRun(nodeId)?.partial;
  const manifests = useOutputManifests(nodeId);
  const step = useStepId(nodeId);
  const shapes = useAnalysis((analysis) => (step === undefined ? undefined : analysis.outputs[step]));
  const graphId = useActiveGraph((graph) => graph.document.id);
  const endpointNode = useActiveGraph((graph) => endpointNodeOf(graph.document, nodeId));
  const endpoint = useEndpoints((state) =>
    graphId === undefined || endpointNode === undefined
      ? undefined
      : findEndpoint(state.endpoints, graphId, endpointNode),
  );

  if (!definition) return <div className="clip">{t.unknownKind}</div>;
  if (status.status === 'stale' && status.cause) return <div className="cause">{status.cause}</div>;
  const curve = curveOf(partial);
  const settled = status.status === 'fresh' || status.status === 'cached' || status.status === 'pinned';
  if (curve && (status.status === 'running' || settled)) return <CurveBody curve={curve} />;
  const trained = Object.values(manifests).find((manifest) => manifest.type === 'model');
  if (settled && trained && trained.meta.registration === undefined) {
    return <TrainedBody digest={trained.digest} facts={resultFacts(manifests)} />;
  }
  const service = serviceOf(node.kind);
  if (service && endpoint?.state === 'live' && graphId !== undefined) {
    return service === 'endpoint' ? (
      <EndpointBody id={endpoint.id} />
    ) : (
      <MonitorBody graphId={graphId} nodeId={nodeId} />
    );
  }
  const results = resultFacts(manifests);
  if (results.length > 0) {
    const extra = results.length === 1 ? shapeFacts(shapes).slice(0, 1) : [];
    return <FactLines facts={[...results, ...extra]} />;
  }
  const known = paramFacts(definition, node.params);
  return <FactLines facts={[...known, ...shapeFacts(shapes)].slice(0, 2)} />;
}
