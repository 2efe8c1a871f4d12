import { useOnline } from '../client/connection-store.ts';
import { engine } from '../client/engine-client.ts';
import { useSubscription } from '../client/use-subscription.ts';
import { useActiveRun } from '../canvas/use-node-status.ts';
import { useAnalysis } from '../state/analysis-store.ts';
import { closeTab, newGraph } from '../state/file-commands.ts';
import { isDirty, showGraph, useActiveGraph, useGraphs } from '../state/graph-store.ts';
import { startRun, stopRun } from '../state/run-commands.ts';
import { select } from '../state/selection-store.ts';
import { navigate, openOverlay, showDock, useRoute } from '../state/ui-store.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { classNames } from '../ui/class-names.ts';
import { formatBytes, formatDuration, formatPlural } from '../ui/format.ts';

function GraphTab({ tabId }: { tabId: string }) {
  const name = useGraphs((state) => state.graphs[tabId]?.document.name);
  const path = useGraphs((state) => state.graphs[tabId]?.path);
  const dirty = useGraphs((state) => {
    const graph = state.graphs[tabId];
    return graph !== undefined && isDirty(graph);
  });
  const active = useGraphs((state) => state.active === tabId);
  const onGraph = useRoute().screen === 'graph';
  return (
    <div className={classNames('graph-tab', active && onGraph && 'current')}>
      <button
        type="button"
        aria-current={active && onGraph ? 'page' : undefined}
        title={path ?? 'Not saved yet'}
        onClick={() => {
          if (!active) select([]);
          showGraph(tabId);
          navigate('graph');
        }}
        onAuxClick={(event) => {
          if (event.button === 1) closeTab(tabId);
        }}
      >
        <span className="clip">{name}</span>
        {dirty && <span className="dirty" role="img" aria-label="unsaved changes" title="Unsaved changes" />}
      </button>
      <IconButton icon="close" small label={`Close ${name ?? 'graph'}`} onClick={() => closeTab(tabId)} />
    </div>
  );
}

function Meter({ name, value, share }: { name: string; value: string; share: number }) {
  return (
    <div className="meter" title={`${name} ${value}`}>
      <span>{name}</span>
      <b className="num">{value}</b>
      <div className="progress">
        <i style={{ width: `${Math.min(100, Math.round(share * 100))}%` }} />
      </div>
    </div>
  );
}

function DeviceMeters() {
  const { latest } = useSubscription('devices', (signal) => engine.engine.watchDevices(undefined, { signal }));
  if (!latest) return null;
  return (
    <div className="meters" role="group" aria-label="Engine's machine">
      <Meter name="CPU" value={`${Math.round(latest.cpuPercent)} %`} share={latest.cpuPercent / 100} />
      {latest.gpuPercent !== null && (
        <Meter name="GPU" value={`${Math.round(latest.gpuPercent)} %`} share={latest.gpuPercent / 100} />
      )}
      <Meter
        name="RAM"
        value={formatBytes(latest.memoryUsedBytes)}
        share={latest.memoryUsedBytes / latest.memoryTotalBytes}
      />
    </div>
  );
}

interface PlanWords {
  headline: string;
  detail: string;
  willRun: number;
}

/** The plan in words, from the hits and misses of the analysis. */
function usePlanWords(): PlanWords {
  const total = useAnalysis((analysis) => analysis.order.length);
  const willRun = useAnalysis((analysis) => analysis.order.filter((id) => !analysis.steps[id]?.hit).length);
  const errors = useAnalysis((analysis) => analysis.diagnostics.filter((d) => d.severity === 'error').length);
  const ready = useAnalysis((analysis) => analysis.state !== 'none');
  const seconds = useAnalysis((analysis) =>
    analysis.order.reduce((sum, id) => {
      const step = analysis.steps[id];
      return step && !step.hit ? sum + (step.estimate.seconds ?? 0) : sum;
    }, 0),
  );
  const memory = useAnalysis((analysis) =>
    analysis.order.reduce((most, id) => {
      const step = analysis.steps[id];
      return step && !step.hit ? Math.max(most, step.estimate.memoryBytes ?? 0) : most;
    }, 0),
  );
  if (!ready) return { headline: '', detail: '', willRun: 0 };
  if (total === 0) {
    return {
      headline: errors > 0 ? 'Nothing can run yet' : 'Nothing to run',
      detail: errors > 0 ? 'see the problems below' : '',
      willRun: 0,
    };
  }
  if (willRun === 0) {
    return errors > 0
      ? { headline: 'Nothing new can run', detail: `${formatPlural(errors, 'problem')}, listed below`, willRun }
      : { headline: 'Everything is up to date', detail: '', willRun };
  }
  const parts = [seconds > 0 ? `~${formatDuration(seconds * 1000)}` : '', memory > 0 ? formatBytes(memory) : ''];
  return {
    headline: `${willRun} of ${total} ${total === 1 ? 'step' : 'steps'} will run`,
    detail: parts.filter(Boolean).join(' · '),
    willRun,
  };
}

const unfinished = new Set(['pending', 'queued', 'running']);

export function TopBar() {
  const order = useGraphs((state) => state.order);
  const open = useActiveGraph((graph) => graph.tabId) !== undefined;
  const running = useActiveRun((run) => run.status === 'running') ?? false;
  const online = useOnline();
  const plan = usePlanWords();
  const done = useActiveRun(
    (run) => `${Object.values(run.steps).filter((step) => !unfinished.has(step.state)).length} of ${run.order.length}`,
  );
  return (
    <header className="top-bar" data-panel="top">
      <nav className="graph-tabs" aria-label="Open graphs">
        {order.map((tabId) => (
          <GraphTab key={tabId} tabId={tabId} />
        ))}
      </nav>
      <IconButton icon="plus" small label="New graph" onClick={newGraph} />
      <span className="grow" />
      <DeviceMeters />
      {open && (
        <>
          <div className="plan-words" aria-live="off">
            <b>{running ? `Running, ${done} steps done` : plan.headline}</b>
            {!running && plan.detail && <span className="num">{plan.detail}</span>}
          </div>
          <Button icon="export" onClick={() => openOverlay('export')} disabled={!online}>
            Export
          </Button>
          <Button
            onClick={() => {
              navigate('graph');
              showDock('plan');
            }}
          >
            Plan
          </Button>
          <Button
            variant={plan.willRun > 0 ? 'primary' : 'plain'}
            icon="play"
            disabled={!online || running}
            hint={online ? '' : 'Run is off: the engine is not reachable'}
            onClick={() => void startRun()}
          >
            Run
          </Button>
          <Button aria-label="Stop run" icon="stop" disabled={!running} onClick={() => void stopRun()}>
            {''}
          </Button>
        </>
      )}
    </header>
  );
}
