import { useEffect, useMemo } from 'react';
import { useEndpoints } from '../state/endpoint-store.ts';
import { useActiveGraph, useGraphs } from '../state/graph-store.ts';
import { navigate, useRoute } from '../state/ui-store.ts';
import { Button } from '../ui/button.tsx';
import { ScreenList } from '../ui/screen-list.tsx';
import { EmptyState } from '../ui/state-block.tsx';
import { knownMonitors } from './known-monitors.ts';
import { MonitorDetail } from './monitor-detail.tsx';
import './monitors.css';

/** Monitor nodes of the open graphs and what they see. */
export function MonitorsScreen() {
  const { id } = useRoute();
  const graphs = useGraphs((state) => state.graphs);
  const activeId = useActiveGraph((graph) => graph.document.id);
  const endpoints = useEndpoints((state) => state.endpoints);
  const monitors = useMemo(() => knownMonitors(Object.values(graphs), endpoints), [graphs, endpoints]);
  useEffect(() => {
    document.title = 'Monitors · Slipway';
  }, []);
  const first =
    monitors.find((monitor) => monitor.endpoint?.state === 'live') ??
    monitors.find((monitor) => monitor.graphId === activeId) ??
    monitors[0];
  const chosen = id === '' ? first : monitors.find((monitor) => monitor.id === id);
  if (monitors.length === 0) {
    return (
      <div className="screen">
        <EmptyState text="No monitor yet. Add a Drift monitor to a graph and connect it to an endpoint, or open Penguins.">
          <Button variant="primary" onClick={() => navigate('graph')}>
            Open the graph
          </Button>
        </EmptyState>
      </div>
    );
  }
  return (
    <div className="screen with-list">
      <ScreenList
        label="Monitors"
        current={chosen?.id}
        onChoose={(next) => navigate('monitors', next)}
        entries={monitors.map((monitor) => {
          const watching = monitor.endpoint?.state === 'live';
          return {
            id: monitor.id,
            name: monitor.title,
            state: watching ? 'live' : 'stopped',
            icon: watching ? 'monitors' : 'never',
            word: watching ? 'Watching' : 'Not watching',
            note: monitor.graphName,
          };
        })}
      />
      <div className="screen-main">
        {chosen ? (
          <MonitorDetail key={chosen.id} monitor={chosen} />
        ) : (
          <EmptyState text="This monitor belongs to a graph that is not open.">
            <Button onClick={() => navigate('monitors')}>Show all monitors</Button>
          </EmptyState>
        )}
      </div>
    </div>
  );
}
