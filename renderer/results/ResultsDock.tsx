import { runningSearchSchema } from '../../shared/model/search-report.ts';
import { lazy, Suspense, useCallback, useMemo, useState } from 'react';
import type { ColumnProfile } from '../../shared/rpc/engine-contract.ts';
import { serviceOf, useActiveRun, useStepRun } from '../canvas/use-node-status.ts';
import { engine } from '../client/engine-client.ts';
import { useQuery } from '../client/use-query.ts';
import { useAnalysis, useStepState } from '../state/analysis-store.ts';
import { findEndpoint, useEndpoints } from '../state/endpoint-store.ts';
import { titleOf } from '../state/graph-commands.ts';
import { activeGraph, stepIdOf, useActiveGraph, useGraphNode } from '../state/graph-store.ts';
import { startEndpoint, startRun } from '../state/run-commands.ts';
import type { LogLine } from '../state/run-view.ts';
import { type DockTab, navigate, togglePanel, useUi } from '../state/ui-store.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { TextInput } from '../ui/field.tsx';
import { formatCount } from '../ui/format.ts';
import { Icon } from '../ui/icons/icon.tsx';
import { PortGlyph } from '../ui/port-glyph.tsx';
import { Select } from '../ui/select.tsx';
import { EmptyState, ErrorState, Skeleton } from '../ui/state-block.tsx';
import { Tabs } from '../ui/tabs.tsx';
import { portTypes } from '../../shared/graph/port-types.ts';
import { LogView } from './log-view.tsx';
import { firstSource, type NodeSource, nodeSources, resultOf } from './node-sources.ts';
import { PlanView } from './plan-view.tsx';
import { runLines } from './run-lines.ts';
import { TablePreview } from './table-preview.tsx';
import './results.css';
import { t } from './text.ts';
import { EngineError } from '../ui/engine-text.tsx';
import { CopyDetails } from '../ui/copy-details.tsx';

// Views of one sort of result, with their charts: loaded with the first such result.
const FeaturesView = lazy(async () => ({ default: (await import('./features-view.tsx')).FeaturesView }));
const ModelView = lazy(async () => ({ default: (await import('./model-view.tsx')).ModelView }));
const ReportView = lazy(async () => ({ default: (await import('./report-view.tsx')).ReportView }));
const SearchView = lazy(async () => ({ default: (await import('./search-view.tsx')).SearchView }));
const TableProfile = lazy(async () => ({ default: (await import('./table-profile.tsx')).TableProfile }));

const noLines: LogLine[] = [];
const noProfiles: ReadonlyMap<string, ColumnProfile> = new Map();

function useNodeSources(nodeId: string | undefined): NodeSource[] {
  const document = useActiveGraph((graph) => graph.document);
  const scope = useActiveGraph((graph) => graph.scope);
  const steps = useAnalysis((analysis) => analysis.steps);
  const runSteps = useActiveRun((run) => run.steps);
  return useMemo(() => {
    if (!document || nodeId === undefined) return [];
    return nodeSources(document, nodeId, (id) => {
      const graph = activeGraph();
      const step = graph ? stepIdOf(graph, id) : id;
      return resultOf(steps[step], runSteps?.[step]?.outputs);
    });
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- the scope decides which steps the nodes are
  }, [document, scope, nodeId, steps, runSteps]);
}

/** Columns that trainers of this graph learn. */
function useLabels(): ReadonlySet<string> {
  const nodes = useActiveGraph((graph) => graph.document.nodes);
  return useMemo(() => {
    const labels = Object.values(nodes ?? {}).flatMap((node) =>
      node.kind.startsWith('train.') && typeof node.params.label === 'string' ? [node.params.label] : [],
    );
    return new Set(labels);
  }, [nodes]);
}

function glyphOf(type: string) {
  const known = portTypes.find((name) => name === type);
  return known ? <PortGlyph type={known} filled /> : null;
}

/** Over the rows a failed step was given: what happened, and the way out. */
function FailureLine({ nodeId }: { nodeId: string }) {
  const run = useStepRun(nodeId);
  const current = useStepState(nodeId);
  const { error } = run ?? {};
  const changedSince = current?.key != null && run?.key !== undefined && current.key !== run.key;
  if (run?.state !== 'failed' || !error || current?.hit || changedSince) return null;
  return (
    <div className="dock-failure" role="alert">
      <Icon name="failed" small />
      <span className="grow">
        <EngineError error={error} />
      </span>
      <CopyDetails error={error} />
    </div>
  );
}

function NothingYet({ nodeId }: { nodeId: string }) {
  const node = useGraphNode(nodeId);
  const run = useStepRun(nodeId);
  const graphId = useActiveGraph((graph) => graph.document.id);
  const service = node && serviceOf(node.kind);
  const endpoint = useEndpoints((state) =>
    graphId === undefined ? undefined : findEndpoint(state.endpoints, graphId, nodeId),
  );
  if (run?.state === 'failed' && run.error) {
    return <ErrorState error={run.error} onRetry={() => void startRun({ to: nodeId })} />;
  }
  const searching = runningSearchSchema.safeParse(run?.partial);
  if (run?.state === 'running' && searching.success && searching.data.trials.length > 0) {
    return <SearchView search={searching.data} />;
  }
  if (run?.state === 'running' || run?.state === 'queued') return <Skeleton waitsFor={t.thisStepToFinish} />;
  if (service === 'endpoint') {
    const live = endpoint?.state === 'live';
    return (
      <EmptyState text={live ? t.theEndpointIsLive : t.theEndpointIsNotStarted}>
        {live ? (
          <Button variant="primary" onClick={() => navigate('endpoints', endpoint.id)}>
            {t.tryIt}
          </Button>
        ) : (
          <Button variant="primary" icon="play" onClick={() => void startEndpoint(nodeId)}>
            {t.startEndpoint}
          </Button>
        )}
      </EmptyState>
    );
  }
  if (service === 'monitor') {
    return (
      <EmptyState text={t.monitorWatches}>
        <Button onClick={() => navigate('monitors', `${graphId ?? ''}/${nodeId}`)}>{t.openTheMonitor}</Button>
      </EmptyState>
    );
  }
  return (
    <EmptyState text={t.notRunYet}>
      <Button variant="primary" icon="play" onClick={() => void startRun({ to: nodeId })}>
        {t.runToHere}
      </Button>
    </EmptyState>
  );
}

/** What the selected node made or takes, its columns, the plan and the log. */
export function ResultsDock({ nodeId }: { nodeId: string | undefined }) {
  const tab = useUi((state) => state.dockTab);
  const node = useGraphNode(nodeId);
  const nodes = useActiveGraph((graph) => graph.document.nodes);
  const sources = useNodeSources(node ? nodeId : undefined);
  const [wanted, setWanted] = useState<string>();
  const service = node && serviceOf(node.kind);
  // What an endpoint or a monitor takes is shown on request only: they have a screen of their own.
  const source = service && !sources.some((entry) => entry.id === wanted) ? undefined : firstSource(sources, wanted);
  const toRun = useAnalysis((analysis) => analysis.order.filter((id) => !analysis.steps[id]?.hit).length);
  const run = useActiveRun((view) => view);
  const lines = useMemo(() => (run && tab === 'logs' ? runLines(run) : noLines), [run, tab]);
  const labels = useLabels();
  const [sort, setSort] = useState<{ digest: string; column: string; descending: boolean }>();
  const [filter, setFilter] = useState<{ column: string; contains: string } | undefined>();
  const [filterOpen, setFilterOpen] = useState(false);
  const [shown, setShown] = useState<{ first: number; last: number; total: number }>();

  const tableDigest = source?.type === 'table' ? source.digest : undefined;
  const profile = useQuery(tableDigest === undefined || tab !== 'preview' ? null : `profile/${tableDigest}`, (signal) =>
    engine.artifact.profile({ digest: tableDigest ?? '' }, { signal }),
  );
  const profiles = useMemo(
    () => (profile.data ? new Map(profile.data.map((entry) => [entry.column.name, entry])) : noProfiles),
    [profile.data],
  );
  const columns = profile.data?.map((entry) => entry.column.name) ?? [];
  const filterColumn = columns.find((name) => name === filter?.column);
  const query = useMemo(
    () =>
      tableDigest === undefined
        ? undefined
        : {
            digest: tableDigest,
            sort: sort?.digest === tableDigest ? { column: sort.column, descending: sort.descending } : undefined,
            filter: filterOpen && filter && filterColumn !== undefined && filter.contains !== '' ? filter : undefined,
          },
    [tableDigest, sort, filter, filterColumn, filterOpen],
  );
  const onShown = useCallback((next: typeof shown) => {
    setShown((before) => (JSON.stringify(before) === JSON.stringify(next) ? before : next));
  }, []);

  function onSort(column: string) {
    if (tableDigest === undefined) return;
    setSort((before) => {
      if (before?.digest !== tableDigest || before.column !== column)
        return { digest: tableDigest, column, descending: false };
      return before.descending ? undefined : { ...before, descending: true };
    });
  }
  const titles = useCallback(
    (id: string) => {
      const named = nodes?.[id];
      return named ? titleOf(named, id) : id;
    },
    [nodes],
  );

  const onPreview = tab === 'preview' || tab === 'profile';
  return (
    <div className="results">
      <div className="results-bar">
        <Tabs<DockTab>
          label={t.results}
          className="results-tabs"
          value={tab}
          onChange={(value) => useUi.setState({ dockTab: value })}
          tabs={[
            { value: 'preview', label: t.preview },
            { value: 'profile', label: t.profile },
            {
              value: 'plan',
              label: (
                <>
                  {t.plan} {toRun > 0 && <span className="mute num">{toRun}</span>}
                </>
              ),
            },
            { value: 'logs', label: t.logs },
          ]}
        />
        <span className="grow" />
        {onPreview && sources.length > 0 && (source || service) && (
          <>
            {source && glyphOf(source.type)}
            {sources.length > 1 || !source ? (
              <Select
                aria-label={t.whatIsShown}
                value={source?.id}
                placeholder={t.showAnInput}
                onChange={setWanted}
                options={sources.map((entry) => ({
                  value: entry.id,
                  label: entry.side === 'output' ? t.output(entry.port) : t.inputFrom(entry.port, titles(entry.nodeId)),
                }))}
              />
            ) : (
              <span className="mute small">
                {source.side === 'output' ? t.outputWord : t.input} <b className="source-name">{source.port}</b>
                {source.side === 'input' && t.from(titles(source.nodeId))}
              </span>
            )}
            {tab === 'preview' && source?.type === 'table' && shown && (
              <span className="mute small num" role="status">
                {shown.total === 0
                  ? t.noRows
                  : t.rowsOf(formatCount(shown.first), formatCount(shown.last), formatCount(shown.total))}
              </span>
            )}
            {tab === 'preview' && source?.type === 'table' && (
              <IconButton
                icon="filter"
                small
                label={filterOpen ? t.closeTheFilter : t.filterRows}
                pressed={filterOpen}
                onClick={() => setFilterOpen(!filterOpen)}
              />
            )}
          </>
        )}
        <IconButton icon="panel" small label={t.hideResults} onClick={() => togglePanel('dock', false)} />
      </div>
      {tab === 'preview' && filterOpen && source?.type === 'table' && (
        <div className="dock-bar">
          <span className="mute small">{t.rowsWhere}</span>
          <Select
            aria-label={t.columnToFilterBy}
            value={filterColumn}
            placeholder={t.column}
            options={columns.map((name) => ({ value: name, label: name }))}
            onChange={(column) => setFilter({ column, contains: filter?.contains ?? '' })}
          />
          <span className="mute small">{t.contains}</span>
          <TextInput
            aria-label={t.cellContains}
            value={filter?.contains ?? ''}
            disabled={filterColumn === undefined}
            onChange={(contains) => setFilter({ column: filterColumn ?? '', contains })}
          />
          {filter && (
            <Button small variant="quiet" onClick={() => setFilter(undefined)}>
              {t.clear}
            </Button>
          )}
        </div>
      )}
      {tab === 'preview' && source?.side === 'input' && nodeId !== undefined && <FailureLine nodeId={nodeId} />}
      <div className="results-body" role="tabpanel" aria-label={t[tab]}>
        <Suspense fallback={<Skeleton />}>
          {tab === 'plan' ? (
            <PlanView nodeId={nodeId} />
          ) : tab === 'logs' ? (
            <LogView lines={lines} nodeId={node ? nodeId : undefined} titles={titles} empty={t.noLogYet} />
          ) : nodeId === undefined || !node ? (
            <EmptyState text={t.selectANode} />
          ) : !source ? (
            <NothingYet nodeId={nodeId} />
          ) : tab === 'profile' ? (
            source.type !== 'table' ? (
              <EmptyState text={t.profileIsOfTables} />
            ) : (
              <TableProfile key={source.digest} digest={source.digest} />
            )
          ) : source.type === 'table' && query ? (
            <TablePreview
              key={source.digest}
              query={query}
              onSort={onSort}
              profiles={profiles}
              labels={labels}
              onShown={onShown}
            />
          ) : source.type === 'report' ? (
            <ReportView digest={source.digest} nodeId={nodeId} />
          ) : source.type === 'model' ? (
            <ModelView digest={source.digest} />
          ) : source.type === 'features' ? (
            <FeaturesView digest={source.digest} />
          ) : (
            <EmptyState text={t.noPreviewOfType(source.type)} />
          )}
        </Suspense>
      </div>
    </div>
  );
}
