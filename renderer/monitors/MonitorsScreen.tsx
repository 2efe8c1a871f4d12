import { useMemo, useState } from 'react';
import { useEndpoints } from '../state/endpoint-store.ts';
import { useActiveGraph, useGraphs } from '../state/graph-store.ts';
import { navigate, useRoute } from '../state/ui-store.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { ScreenList } from '../ui/screen-list.tsx';
import { EmptyState } from '../ui/state-block.tsx';
import { knownMonitors } from './known-monitors.ts';
import { AlertsView } from './alerts-view.tsx';
import { CompareView } from './compare-view.tsx';
import { ClosedLoopTour, useTourGraph } from './closed-loop-tour.tsx';
import { MonitorDetail } from './monitor-detail.tsx';
import { useAlerts } from './use-alerts.ts';
import './monitors.css';
import { t } from './text.ts';

/** Addresses that no monitor has, since theirs hold a slash. */
const alertsId = 'alerts';
const compareId = 'compare';

/** Monitor nodes of the open graphs and what they see. */
export function MonitorsScreen() {
  const { id } = useRoute();
  const graphs = useGraphs((state) => state.graphs);
  const activeId = useActiveGraph((graph) => graph.document.id);
  const endpoints = useEndpoints((state) => state.endpoints);
  const monitors = useMemo(() => knownMonitors(Object.values(graphs), endpoints), [graphs, endpoints]);
  const first =
    monitors.find((monitor) => monitor.endpoint?.state === 'live') ??
    monitors.find((monitor) => monitor.graphId === activeId) ??
    monitors[0];
  const chosen = id === '' ? first : monitors.find((monitor) => monitor.id === id);
  const alerts = useAlerts();
  const tourGraph = useTourGraph();
  const [tour, setTour] = useState(true);
  const openAlerts = alerts.data?.filter(({ resolvedMs }) => resolvedMs === null) ?? [];
  if (monitors.length === 0 && (alerts.data?.length ?? 0) === 0 && id !== compareId) {
    return (
      <div className="screen">
        <EmptyState text={t.noMonitorYet}>
          <Button variant="primary" onClick={() => navigate('graph')}>
            {t.openTheGraph}
          </Button>
          <Button onClick={() => navigate('monitors', compareId)}>{t.compareTwoTables}</Button>
        </EmptyState>
      </div>
    );
  }
  return (
    <div className="screen with-list">
      <ScreenList
        label={t.monitors}
        current={id === alertsId || id === compareId ? id : chosen?.id}
        onChoose={(next) => navigate('monitors', next)}
        entries={[
          {
            id: alertsId,
            name: t.alertsName,
            state: openAlerts.length > 0 ? 'failed' : 'stopped',
            icon: openAlerts.length > 0 ? 'stale' : 'check',
            word: openAlerts.length > 0 ? t.open(openAlerts.length) : t.noneOpen,
            note: t.ofAllGraphs,
          },
          ...monitors.map((monitor) => {
            const watching = monitor.endpoint?.state === 'live';
            const own = openAlerts.filter((alert) => `${alert.graphId}/${alert.nodeId}` === monitor.id);
            if (own.length > 0) {
              return {
                id: monitor.id,
                name: monitor.title,
                state: 'failed',
                icon: 'stale' as const,
                word: t.alertCount(own.length),
                note: monitor.graphName,
              };
            }
            return {
              id: monitor.id,
              name: monitor.title,
              state: watching ? 'live' : 'stopped',
              icon: watching ? ('monitors' as const) : ('never' as const),
              word: watching ? t.watching : t.notWatching,
              note: monitor.graphName,
            };
          }),
          {
            id: compareId,
            name: t.compareTwoTables,
            state: 'stopped',
            icon: 'file' as const,
            word: '',
            note: t.anyFiles,
          },
        ]}
      />
      <div className="screen-main">
        {id === compareId ? (
          <CompareView />
        ) : id === alertsId ? (
          <AlertsView monitors={monitors} />
        ) : chosen ? (
          <MonitorDetail key={chosen.id} monitor={chosen} />
        ) : (
          <EmptyState text={t.monitorNotOpen}>
            <Button onClick={() => navigate('monitors')}>{t.showAllMonitors}</Button>
          </EmptyState>
        )}
      </div>
      {tourGraph && tour && <ClosedLoopTour graph={tourGraph} onClose={() => setTour(false)} />}
      {tourGraph && !tour && (
        <div className="loop-tour-closed">
          <IconButton icon="play" label={t.tourOfTheClosedLoop} onClick={() => setTour(true)} />
        </div>
      )}
    </div>
  );
}
