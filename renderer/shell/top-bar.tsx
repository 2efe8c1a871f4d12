import { useOnline } from '../client/connection-store.ts';
import { engine } from '../client/engine-client.ts';
import { useSubscription } from '../client/use-subscription.ts';
import { useActiveRun } from '../canvas/use-node-status.ts';
import { useAnalysis } from '../state/analysis-store.ts';
import { closeTab, newGraph } from '../state/file-commands.ts';
import { isDirty, showGraph, useActiveGraph, useGraphs } from '../state/graph-store.ts';
import { pauseRun, startRun, stopRun } from '../state/run-commands.ts';
import { select } from '../state/selection-store.ts';
import { navigate, openOverlay, showDock, useRoute } from '../state/ui-store.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { classNames } from '../ui/class-names.ts';
import { formatBytes, formatDuration, formatPlural } from '../ui/format.ts';
import { t } from './text.ts';

function GraphTab({ tabId }: { tabId: string }) {
  const name = useGraphs((state) => state.graphs[tabId]?.root.name);
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
        title={path ?? t.notSavedYet}
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
        {dirty && <span className="dirty" role="img" aria-label={t.unsavedChanges} title={t.hasUnsavedChanges} />}
      </button>
      <IconButton icon="close" small label={t.close(name ?? '')} onClick={() => closeTab(tabId)} />
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
    <div className="meters" role="group" aria-label={t.engineMachine}>
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
      headline: errors > 0 ? t.nothingCanRunYet : t.nothingToRun,
      detail: errors > 0 ? t.seeProblems : '',
      willRun: 0,
    };
  }
  if (willRun === 0) {
    return errors > 0
      ? { headline: t.nothingNewCanRun, detail: t.listedBelow(formatPlural(errors, 'problem')), willRun }
      : { headline: t.upToDate, detail: '', willRun };
  }
  const parts = [seconds > 0 ? `~${formatDuration(seconds * 1000)}` : '', memory > 0 ? formatBytes(memory) : ''];
  return {
    headline: t.willRun(willRun, total),
    detail: parts.filter(Boolean).join(' · '),
    willRun,
  };
}

const unfinished = new Set(['pending', 'queued', 'running']);

export function TopBar() {
  const order = useGraphs((state) => state.order);
  const open = useActiveGraph((graph) => graph.tabId) !== undefined;
  const running = useActiveRun((run) => run.status === 'running') ?? false;
  const paused = useActiveRun((run) => run.paused) ?? false;
  const online = useOnline();
  const plan = usePlanWords();
  const done = useActiveRun((run) =>
    t.of(Object.values(run.steps).filter((step) => !unfinished.has(step.state)).length, run.order.length),
  );
  return (
    <header className="top-bar" data-panel="top">
      <nav className="graph-tabs" aria-label={t.openGraphs}>
        {order.map((tabId) => (
          <GraphTab key={tabId} tabId={tabId} />
        ))}
      </nav>
      <IconButton icon="plus" small label={t.newGraph} onClick={newGraph} />
      <span className="grow" />
      <DeviceMeters />
      {open && (
        <>
          <div className="plan-words" aria-live="off">
            <b>{running ? (paused ? t.pausedStepsDone : t.runningStepsDone)(done ?? '') : plan.headline}</b>
            {!running && plan.detail && <span className="num">{plan.detail}</span>}
          </div>
          <Button icon="export" onClick={() => openOverlay('export')} disabled={!online}>
            {t.export}
          </Button>
          <Button
            onClick={() => {
              navigate('graph');
              showDock('plan');
            }}
          >
            {t.plan}
          </Button>
          <Button
            variant={plan.willRun > 0 ? 'primary' : 'plain'}
            icon="play"
            disabled={!online || running}
            hint={online ? '' : t.runIsOff}
            onClick={() => void startRun()}
          >
            {t.run}
          </Button>
          {running && (
            <Button
              aria-label={paused ? t.resumeRun : t.pauseRun}
              aria-pressed={paused}
              icon={paused ? 'play' : 'pause'}
              onClick={() => void pauseRun(!paused)}
            >
              {''}
            </Button>
          )}
          <Button aria-label={t.stopRun} icon="stop" disabled={!running} onClick={() => void stopRun()}>
            {''}
          </Button>
        </>
      )}
    </header>
  );
}
