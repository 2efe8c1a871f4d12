import type { ReactNode } from 'react';
import type { MonitorReport } from '../../shared/rpc/engine-contract.ts';
import { engine } from '../client/engine-client.ts';
import { useSubscription } from '../client/use-subscription.ts';
import { startInGraph } from '../endpoints/start-in-graph.ts';
import { Button } from '../ui/button.tsx';
import { EmptyState, ErrorState, Skeleton } from '../ui/state-block.tsx';
import type { KnownMonitor } from './known-monitors.ts';
import { t } from './text.ts';
import { engineText } from '../translation/engine-text.ts';

type ReportStream = ReturnType<typeof useSubscription<MonitorReport>>;

/** Reports of a monitor while its endpoint is live. */
export function useMonitorReport(monitor: KnownMonitor): ReportStream {
  const { endpoint } = monitor;
  return useSubscription(endpoint?.state === 'live' ? `monitor/${monitor.id}/${endpoint.id}` : null, (signal) =>
    engine.monitor.watch({ graphId: monitor.graphId, nodeId: monitor.nodeId }, { signal }),
  );
}

/** What a monitor shows, or why there is nothing yet. */
export function MonitorBody({
  monitor,
  stream,
  children,
}: {
  monitor: KnownMonitor;
  stream: Pick<ReportStream, 'latest' | 'error'>;
  children: ReactNode;
}) {
  return (
    <div className="monitor-body">
      {monitor.endpoint?.state !== 'live' ? (
        <NoEndpoint monitor={monitor} />
      ) : stream.error && !stream.latest ? (
        <ErrorState error={stream.error} />
      ) : !stream.latest ? (
        <Skeleton rows={8} waitsFor={t.theFirstComparison} />
      ) : (
        children
      )}
    </div>
  );
}

/** Why a monitor has no requests, and what to do. */
export function NoEndpoint({ monitor }: { monitor: KnownMonitor }) {
  const { endpoint, endpointNodeId } = monitor;
  return (
    <EmptyState
      text={
        endpointNodeId === undefined
          ? t.notConnected
          : endpoint?.state === 'failed'
            ? t.theEndpointFailed(engineText(endpoint.error?.message ?? ''))
            : t.endpointNotRunning
      }
    >
      {endpointNodeId !== undefined && (
        <Button variant="primary" icon="play" onClick={() => startInGraph(monitor.graphId, endpointNodeId)}>
          {t.startEndpoint}
        </Button>
      )}
    </EmptyState>
  );
}
