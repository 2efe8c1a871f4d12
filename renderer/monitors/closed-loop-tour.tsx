import { type ReactNode, useEffect, useState } from 'react';
import { engine } from '../client/engine-client.ts';
import { useQuery } from '../client/use-query.ts';
import { startInGraph } from '../endpoints/start-in-graph.ts';
import { useEndpoints } from '../state/endpoint-store.ts';
import { type OpenGraph, useGraphs } from '../state/graph-store.ts';
import { useRuns } from '../state/run-store.ts';
import type { RunView } from '../state/run-view.ts';
import { navigate } from '../state/ui-store.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { formatCount } from '../ui/format.ts';
import { Icon } from '../ui/icons/icon.tsx';
import { showError } from '../ui/show-error.ts';
import { currentStep, type TourStepId, tourSteps } from './tour-steps.ts';
import { useAlerts } from './use-alerts.ts';
import { t } from './text.ts';

/** The template the tour belongs to, and its nodes. */
const graphId = 'closed-loop';
const endpointNode = 'endpoint';
const retrainNode = 'retrain';
const endpointId = `${graphId}/${endpointNode}`;

/** An upstream system starts to send other airport codes, kilometres for miles, and hours for minutes. */
const faults = [
  { id: 'codes', columns: ['origin', 'destination'], prefix: 'K' },
  { id: 'distance', columns: ['distance'], factor: 1.609344, whole: true },
  { id: 'delays', columns: ['delay_3h', 'delay_24h', 'delay_7d'], factor: 1 / 60 },
];

/** The open graph the tour is about; undefined where it is not open. */
export function useTourGraph(): OpenGraph | undefined {
  return useGraphs((state) => Object.values(state.graphs).find(({ document }) => document.id === graphId));
}

/** The story of the closed loop, step by step, beside the monitors that tell it. */
export function ClosedLoopTour({ graph, onClose }: { graph: OpenGraph; onClose: () => void }) {
  const [brokenMs, setBrokenMs] = useState<number>();
  const endpoints = useEndpoints((state) => state.endpoints);
  const live = endpoints.some(({ id, state }) => id === endpointId && state === 'live');
  const starting = endpoints.some(({ id, state }) => id === endpointId && state === 'starting');
  const run = useRuns((runs) => runs.runs[graph.tabId]);
  const running = run !== undefined && run.status === 'running';
  const replay = useQuery(live ? 'tour/replay' : null, (signal) => engine.replay.state({ endpointId }, { signal }), {
    refetchMs: 1_000,
  });
  const loop = useQuery(
    live ? 'tour/loop' : null,
    (signal) => engine.loop.events({ graphId, nodeId: retrainNode, limit: 1_000 }, { signal }),
    { refetchMs: 1_000 },
  );
  const alerts = useAlerts(graphId);
  const state = replay.data ?? null;
  const steps = tourSteps({ live, replay: state, alerts: alerts.data ?? [], events: loop.data ?? [], brokenMs });
  const current = currentStep(steps);
  const carryOut = async (change: Promise<unknown>) => {
    try {
      await change;
      replay.refetch();
      return true;
    } catch (error) {
      showError(error);
      return false;
    }
  };
  const send = () =>
    carryOut(
      engine.replay.start({
        document: graph.document,
        ...(graph.path === undefined ? {} : { path: graph.path }),
        endpointId,
        step: 'sample',
        port: 'table',
        timeColumn: 'date',
        from: '2001-05-01',
        rowsPerSecond: 400,
        labelDelay: { minutes: 20, column: 'distance', minutesPerUnit: 1 / 8 },
      }),
    );
  const breakIt = async () => {
    if (await carryOut(engine.replay.setFaults({ endpointId, faults }))) setBrokenMs(Date.now());
  };
  const words: Record<TourStepId, { title: string; text: ReactNode; action?: ReactNode }> = {
    start: {
      title: t.startTheEndpoint,
      text: running ? t.trainsNow(stepsDone(run.steps)) : starting ? t.startsNow : t.trainsFirst,
      action: (
        <Button
          variant="primary"
          icon="play"
          disabled={starting || running}
          onClick={() => startInGraph(graphId, endpointNode)}
        >
          {t.startEndpoint}
        </Button>
      ),
    },
    send: {
      title: t.sendMay,
      text: t.sendMayNote,
      action: (
        <Button variant="primary" icon="play" onClick={() => void send()}>
          {t.sendFlights}
        </Button>
      ),
    },
    calm: {
      title: t.allIsWell,
      text: t.monitorsCompare,
    },
    break: {
      title: t.breakSystem,
      text: t.breakNote,
      action: (
        <Button variant="danger" icon="failed" onClick={() => void breakIt()} disabled={state?.running !== true}>
          {t.breakIt}
        </Button>
      ),
    },
    alert: {
      title: t.alertExplains,
      text: t.alertNote,
      action: <Button onClick={() => navigate('monitors', 'alerts')}>{t.openAlerts}</Button>,
    },
    retrain: {
      title: t.loopTrains,
      text: t.onFlightsSinceTheBreak,
      action: <Button onClick={() => navigate('monitors', `${graphId}/${retrainNode}`)}>{t.openTheLoop}</Button>,
    },
    canary: {
      title: t.goesLive,
      text: t.goesLiveNote,
    },
    recover: {
      title: t.performanceComesBack,
      text: t.newModelHolds,
      action: <Button onClick={() => navigate('monitors', `${graphId}/performance`)}>{t.openPerformance}</Button>,
    },
  };
  return (
    <aside className="loop-tour" aria-label={t.tourOfTheClosedLoop}>
      <header>
        <h2>{t.theClosedLoop}</h2>
        <span className="grow" />
        <IconButton icon="close" label={t.closeTheTour} onClick={onClose} />
      </header>
      {state && (
        <p className="small mid loop-tour-clock">
          {new Date(state.clockMs).toISOString().slice(0, 10)},{' '}
          {t.sentSoFar(
            formatCount(state.sent),
            formatCount(state.total),
            formatCount(state.labelled),
            formatCount(state.failed),
          )}
          {brokenMs !== undefined && <SinceBreak brokenMs={brokenMs} over={current === undefined} />}
        </p>
      )}
      <ol>
        {steps.map(({ id, done }) => (
          <li key={id} className={done ? 'done' : ''} aria-current={id === current ? 'step' : undefined}>
            <Icon name={done ? 'check' : id === current ? 'running' : 'never'} small />
            <div>
              <b>{words[id].title}</b>
              {(id === current || id === 'alert' || id === 'recover') && <p className="small mid">{words[id].text}</p>}
              {(id === current || (done && (id === 'alert' || id === 'recover' || id === 'retrain'))) &&
                words[id].action}
            </div>
          </li>
        ))}
      </ol>
      {current === undefined && <p className="small">{t.loopDone}</p>}
      {state?.running === true && (
        <Button small variant="quiet" onClick={() => void carryOut(engine.replay.stop({ endpointId }))}>
          {t.stopSending}
        </Button>
      )}
    </aside>
  );
}

function SinceBreak({ brokenMs, over }: { brokenMs: number; over: boolean }) {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (over) return;
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, [over]);
  return <>{t.sinceBreak(Math.max(0, Math.round((now - brokenMs) / 1_000)))}</>;
}

const unfinished = new Set(['pending', 'queued', 'running']);

/** E.g. `3 / 11`. */
function stepsDone(steps: RunView['steps']): string {
  const all = Object.values(steps);
  const done = all.filter(({ state }) => !unfinished.has(state)).length;
  return `${done} / ${all.length}`;
}
