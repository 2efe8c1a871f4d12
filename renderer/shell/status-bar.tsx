import { useActiveRun } from '../canvas/use-node-status.ts';
import { useConnection } from '../client/connection-store.ts';
import { engine } from '../client/engine-client.ts';
import { useQuery } from '../client/use-query.ts';
import { useReadiness } from '../readiness/readiness-store.ts';
import { useAnalysis } from '../state/analysis-store.ts';
import { activeGraph, useGraphs } from '../state/graph-store.ts';
import { titleOf } from '../state/graph-commands.ts';
import { openRun } from '../state/run-commands.ts';
import { openOverlay, setTheme, useUi } from '../state/ui-store.ts';
import { IconButton } from '../ui/button.tsx';
import { formatDuration, formatPlural } from '../ui/format.ts';
import { Icon } from '../ui/icons/icon.tsx';
import { shortcut } from './platform-keys.ts';
import { t } from './text.ts';

/** Whether the page itself comes from this machine, as the desktop app and loopback addresses do. */
const local = !location.protocol.startsWith('http') || /^(localhost|127\.|\[::1\])/.test(location.hostname);

function EngineWord() {
  const state = useConnection((connection) => connection.state);
  const { data } = useQuery('engine.info', (signal) => engine.engine.info(undefined, { signal }));
  if (state !== 'online') {
    return (
      <span>
        <Icon name="cpu" small />
        {state === 'connecting' ? t.connectingToTheEngine : t.noEngine}
      </span>
    );
  }
  return (
    <span title={data ? t.engineDetails(data.hostname, data.platform, data.node, data.dataDir) : undefined}>
      <Icon name="cpu" small />
      {data
        ? [
            t.engineOnMachine(local ? t.thisMachine : data.hostname),
            formatPlural(data.cores, 'core'),
            ...data.gpus,
          ].join(', ')
        : t.engine}
    </span>
  );
}

function RunWord() {
  const run = useActiveRun((view) => view);
  if (!run) return null;
  const steps = Object.values(run.steps);
  const done = steps.filter((step) => !['pending', 'queued', 'running'].includes(step.state)).length;
  if (run.status === 'running') {
    const at = run.order.find((id) => run.steps[id]?.state === 'running');
    const node = at === undefined ? undefined : activeGraph()?.document.nodes[at];
    const share =
      steps.length === 0
        ? 0
        : (done +
            steps.reduce(
              (sum, step) =>
                sum + (step.state === 'running' && step.progress ? step.progress.done / (step.progress.total || 1) : 0),
              0,
            )) /
          steps.length;
    return (
      <button type="button" className="running" onClick={() => openRun(run.runId)}>
        <Icon name="running" small />
        {t.runSteps(done, formatPlural(steps.length, 'step'))}
        {at !== undefined && node && `, ${titleOf(node, at)}`}
        <span className="progress run">
          <i style={{ width: `${Math.round(share * 100)}%` }} />
        </span>
      </button>
    );
  }
  const words = {
    succeeded: t.lastRunFinished,
    failed: t.lastRunFailed,
    cancelled: t.lastRunStopped,
    interrupted: t.lastRunInterrupted,
  }[run.status];
  return (
    <button type="button" onClick={() => openRun(run.runId)}>
      <Icon name={run.status === 'succeeded' ? 'check' : run.status === 'failed' ? 'failed' : 'stop'} small />
      {words}
      {run.finishedMs !== undefined &&
        run.status === 'succeeded' &&
        t.inTime(formatDuration(run.finishedMs - run.startedMs))}
    </button>
  );
}

function ProblemsWord() {
  const errors = useAnalysis((analysis) => analysis.diagnostics.filter((d) => d.severity === 'error').length);
  const warnings = useAnalysis((analysis) => analysis.diagnostics.filter((d) => d.severity === 'warning').length);
  if (errors + warnings === 0) return <span className="mute">{t.noProblems}</span>;
  return (
    <button
      type="button"
      className={errors > 0 ? 'problems' : 'warnings'}
      onClick={() => openOverlay(useUi.getState().overlay === 'problems' ? undefined : 'problems')}
    >
      <Icon name={errors > 0 ? 'failed' : 'stale'} small />
      {errors > 0 ? formatPlural(errors, 'problem') : formatPlural(warnings, 'warning')}
    </button>
  );
}

function ReadinessWord() {
  const tabId = useGraphs((state) => state.active);
  const report = useReadiness((state) => (state.tabId === tabId ? state.report : undefined));
  if (tabId === undefined) return null;
  return (
    <button
      type="button"
      onClick={() => openOverlay(useUi.getState().overlay === 'readiness' ? undefined : 'readiness')}
    >
      {report ? t.readinessOf(report.met, report.total) : t.readiness}
    </button>
  );
}

function ThemeSwitch() {
  useUi((state) => state.theme);
  const dark = document.documentElement.dataset.theme === 'dark';
  return (
    <IconButton
      icon={dark ? 'sun' : 'moon'}
      small
      label={dark ? t.lightTheme : t.darkTheme}
      onClick={() => setTheme(dark ? 'light' : 'dark')}
    />
  );
}

export function StatusBar() {
  return (
    <footer className="status-bar" data-panel="status">
      <EngineWord />
      <RunWord />
      <span className="grow" />
      <ProblemsWord />
      <ReadinessWord />
      <button type="button" onClick={() => openOverlay('commands')}>
        {t.commands} <span className="kbd">{shortcut('K')}</span>
      </button>
      <ThemeSwitch />
    </footer>
  );
}
