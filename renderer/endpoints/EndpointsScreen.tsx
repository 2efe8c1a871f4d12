import { useState } from 'react';
import { engine } from '../client/engine-client.ts';
import { useConnection } from '../client/connection-store.ts';
import { useQuery } from '../client/use-query.ts';
import { useSubscription } from '../client/use-subscription.ts';
import { type EndpointView, loadEndpoints, useEndpoints } from '../state/endpoint-store.ts';
import { askModelTrust, untrustedModel } from '../state/model-trust-store.ts';
import { stopEndpoint } from '../state/run-commands.ts';
import { navigate, useRoute } from '../state/ui-store.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { Figure } from '../ui/figure.tsx';
import { formatClock, formatCount, formatNumber, formatRelative } from '../ui/format.ts';
import { Icon } from '../ui/icons/icon.tsx';
import { ScreenList } from '../ui/screen-list.tsx';
import { StageFlag } from '../ui/stage-flag.tsx';
import { EmptyState, ErrorState, Skeleton } from '../ui/state-block.tsx';
import { Tabs } from '../ui/tabs.tsx';
import { EndpointCharts } from './endpoint-charts.tsx';
import { LoadTestPanel } from './load-test-panel.tsx';
import { RequestExplorer } from './request-explorer.tsx';
import { startInGraph } from './start-in-graph.ts';
import { TryIt } from './try-it.tsx';
import { VersionPanel } from './version-panel.tsx';
import { useObjective } from './use-objective.ts';
import './endpoints.css';
import { engineText } from '../translation/engine-text.ts';
import { t } from './text.ts';
import { copyText } from '../ui/copy-text.ts';

const pills = () =>
  ({
    live: { tone: 'ok', icon: 'check', word: t.live },
    starting: { tone: 'run', icon: 'running', word: t.starting },
    failed: { tone: 'fail', icon: 'failed', word: t.failed },
    stopped: { tone: '', icon: 'stop', word: t.stopped },
  }) as const;

function EndpointPill({ state, version }: { state: EndpointView['state']; version?: string | undefined }) {
  const { tone, icon, word } = pills()[state];
  return (
    <span className={`pill ${tone}`}>
      <Icon name={icon} small />
      {word}
      {version !== undefined && state === 'live' && `, v${version}`}
    </span>
  );
}

function Ownership({ owner, onCall }: { owner: string; onCall: string }) {
  const said = [owner === '' ? undefined : t.ownerIs(owner), onCall === '' ? undefined : t.onCallIs(onCall)];
  const text = said.filter((part) => part !== undefined).join(', ');
  return <span className="mute small ownership">{text === '' ? t.nobodyOwns : text}</span>;
}

type View = 'now' | 'versions' | 'load-test' | 'requests';

function EndpointDetail({ endpoint }: { endpoint: EndpointView }) {
  const live = endpoint.state === 'live';
  const [view, setView] = useState<View>('now');
  const [given, setGiven] = useState<Record<string, unknown>>();
  const lastOnline = useConnection((connection) =>
    connection.state === 'online' ? undefined : connection.lastOnlineMs,
  );
  const stats = useSubscription(live ? `endpoint/${endpoint.id}` : null, (signal) =>
    engine.endpoint.watch({ id: endpoint.id }, { signal }),
  );
  const hasModel = endpoint.state !== 'failed' && endpoint.model !== null;
  const signature = useQuery(hasModel ? `signature/${endpoint.id}/${endpoint.model?.digest}` : null, (signal) =>
    engine.endpoint.signature({ id: endpoint.id }, { signal }),
  );
  const objectiveMs = useObjective(endpoint.graphId, endpoint.nodeId);
  const now = stats.latest;
  const refused = endpoint.error ? untrustedModel(endpoint.error) : undefined;
  const python = now?.versions.find(({ ran }) => ran?.provider === 'python')?.ran;
  const base = endpoint.http;
  const address =
    base === null ? undefined : `${base}/v2/models/${encodeURIComponent(endpoint.model?.name ?? endpoint.name)}`;
  return (
    <>
      <div className="screen-head">
        <StageFlag stage="serve" size={26} />
        <div className="head-name">
          <h1>{endpoint.name}</h1>
          {address !== undefined && (
            <div className="mute small address">
              <span className="mono clip">{address.replace(/^https?:\/\//, '')}</span>
              <IconButton
                icon="copy"
                small
                label={t.copyAddress}
                onClick={() => void copyText(address, t.addressCopied)}
              />
            </div>
          )}
        </div>
        <Ownership owner={endpoint.owner} onCall={endpoint.onCall} />
        <EndpointPill state={endpoint.state} version={endpoint.model?.version} />
        {python && (
          <span className="pill" title={engineText(python.why)}>
            Python
          </span>
        )}
        {lastOnline !== undefined && <span className="pill stale">{t.asOf(formatClock(lastOnline, false))}</span>}
        <span className="grow" />
        {now && (
          <div className="head-figures">
            <Figure value={`${formatNumber(now.requestsPerSecond)} /s`} words={t.requestsNow} />
            <Figure value={now.latencyMs.p50 === null ? '–' : `${formatNumber(now.latencyMs.p50)} ms`} words="p50" />
            <Figure
              value={now.latencyMs.p99 === null ? '–' : `${formatNumber(now.latencyMs.p99)} ms`}
              words={objectiveMs === undefined ? 'p99' : t.p99Limit(objectiveMs)}
            />
            <Figure value={formatCount(now.failed)} words={t.failedOf(formatCount(now.requests))} />
          </div>
        )}
        {live || endpoint.state === 'starting' ? (
          <Button icon="stop" disabled={lastOnline !== undefined} onClick={() => void stopEndpoint(endpoint.id)}>
            {t.stop}
          </Button>
        ) : (
          <Button
            icon="play"
            variant="primary"
            disabled={lastOnline !== undefined}
            onClick={() => startInGraph(endpoint.graphId, endpoint.nodeId)}
          >
            {t.start}
          </Button>
        )}
      </div>
      <div className="endpoint-body">
        <div className="endpoint-left">
          {endpoint.state === 'failed' && endpoint.error ? (
            <ErrorState error={endpoint.error} onRetry={() => startInGraph(endpoint.graphId, endpoint.nodeId)}>
              {refused !== undefined && (
                <Button
                  small
                  onClick={() => askModelTrust(refused, () => startInGraph(endpoint.graphId, endpoint.nodeId))}
                >
                  {t.trustModelAsk}
                </Button>
              )}
            </ErrorState>
          ) : endpoint.state === 'stopped' ? (
            <EmptyState text={t.endpointIsStopped} />
          ) : now ? (
            <>
              <Tabs
                label={t.view}
                value={view}
                onChange={setView}
                tabs={[
                  { value: 'now', label: t.now },
                  { value: 'versions', label: t.versionsTab },
                  { value: 'load-test', label: t.loadTestTab },
                  { value: 'requests', label: t.requestsTab },
                ]}
              />
              <div role="tabpanel" className="endpoint-view">
                {view === 'now' && <EndpointCharts stats={now} objectiveMs={objectiveMs} />}
                {view === 'versions' && <VersionPanel endpointId={endpoint.id} versions={now.versions} />}
                {view === 'load-test' && <LoadTestPanel endpointId={endpoint.id} objectiveMs={objectiveMs} />}
                {view === 'requests' && <RequestExplorer endpointId={endpoint.id} onSendAgain={setGiven} />}
              </div>
            </>
          ) : stats.error ? (
            <ErrorState error={stats.error} />
          ) : (
            <Skeleton rows={8} waitsFor={t.theFirstFigures} />
          )}
        </div>
        <aside className="endpoint-side" aria-label={t.tryIt}>
          {signature.data ? (
            <TryIt endpoint={endpoint} manifest={signature.data} given={given} />
          ) : signature.error ? (
            <ErrorState error={signature.error} onRetry={signature.refetch} />
          ) : hasModel ? (
            <Skeleton waitsFor={t.theSignature} />
          ) : (
            <EmptyState text={t.noModelLoaded} />
          )}
        </aside>
      </div>
    </>
  );
}

/** Endpoints of this engine; one of them with its figures, a form to try it and code to call it. */
export function EndpointsScreen() {
  const { id } = useRoute();
  const endpoints = useEndpoints((state) => state.endpoints);
  const epoch = useConnection((connection) => connection.epoch);
  const online = useConnection((connection) => connection.state === 'online');
  const first = useQuery(online ? `endpoints/${epoch}` : null, loadEndpoints);
  const chosen = endpoints.find((endpoint) => endpoint.id === id) ?? (id === '' ? endpoints[0] : undefined);
  if (endpoints.length === 0) {
    return (
      <div className="screen">
        {first.error ? (
          <ErrorState error={first.error} onRetry={first.refetch} />
        ) : first.loading ? (
          <Skeleton rows={8} waitsFor={t.theEndpoints} />
        ) : (
          <EmptyState text={t.noEndpointYet}>
            <Button variant="primary" onClick={() => navigate('graph')}>
              {t.openTheGraph}
            </Button>
          </EmptyState>
        )}
      </div>
    );
  }
  return (
    <div className="screen with-list">
      <ScreenList
        label={t.endpoints}
        current={chosen?.id}
        onChoose={(next) => navigate('endpoints', next)}
        entries={endpoints.map((endpoint) => ({
          id: endpoint.id,
          name: endpoint.name,
          state: endpoint.state,
          icon: pills()[endpoint.state].icon,
          word: pills()[endpoint.state].word,
          note: `${endpoint.graphId}, ${formatRelative(endpoint.startedMs)}`,
        }))}
      />
      <div className="screen-main">
        {chosen ? (
          <EndpointDetail key={chosen.id} endpoint={chosen} />
        ) : (
          <EmptyState text={t.endpointUnknown}>
            <Button onClick={() => navigate('endpoints')}>{t.showAllEndpoints}</Button>
          </EmptyState>
        )}
      </div>
    </div>
  );
}
