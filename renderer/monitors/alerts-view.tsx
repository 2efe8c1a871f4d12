import { useState } from 'react';
import type { Alert } from '../../shared/rpc/engine-contract.ts';
import { engine } from '../client/engine-client.ts';
import { DistributionOverlay } from '../charts/distribution-overlay.tsx';
import { navigate } from '../state/ui-store.ts';
import { Button } from '../ui/button.tsx';
import { formatClock, formatDuration, formatMetric, formatNumber, formatRelative } from '../ui/format.ts';
import { Icon } from '../ui/icons/icon.tsx';
import { EmptyState, ErrorState, Skeleton } from '../ui/state-block.tsx';
import { showError } from '../ui/show-error.ts';
import { alertState, cellText, sortAlerts } from './alert-words.ts';
import { useAlerts } from './use-alerts.ts';
import { t } from './text.ts';

const hourMs = 3_600_000;

/** Every alert of this engine: what is on, and what was. */
export function AlertsView() {
  const alerts = useAlerts();
  const [wanted, setWanted] = useState<string>();
  const sorted = sortAlerts(alerts.data ?? []);
  const open = sorted.filter(({ resolvedMs }) => resolvedMs === null).length;
  const chosen = sorted.find(({ id }) => id === wanted) ?? sorted[0];
  return (
    <>
      <div className="screen-head">
        <div className="head-name">
          <h1>{t.alertsTitle}</h1>
          <div className="mute small">{!alerts.data ? '' : open === 0 ? t.nothingIsWrongNow : t.notOverYet(open)}</div>
        </div>
      </div>
      <div className="monitor-body">
        {alerts.error && !alerts.data ? (
          <ErrorState error={alerts.error} onRetry={alerts.refetch} />
        ) : !alerts.data ? (
          <Skeleton rows={6} waitsFor={t.theAlerts} />
        ) : chosen === undefined ? (
          <EmptyState text={t.noAlertYet} />
        ) : (
          <div className="alerts-grid">
            <ul className="alert-list" aria-label={t.alertsTitle}>
              {sorted.map((alert) => (
                <AlertLine key={alert.id} alert={alert} current={alert.id === chosen.id} onChoose={setWanted} />
              ))}
            </ul>
            <AlertDetail key={chosen.id} alert={chosen} refresh={alerts.refetch} />
          </div>
        )}
      </div>
    </>
  );
}

function AlertLine({ alert, current, onChoose }: { alert: Alert; current: boolean; onChoose: (id: string) => void }) {
  const says = alertState(alert);
  return (
    <li>
      <button
        type="button"
        className="alert-line"
        aria-current={current ? 'true' : undefined}
        onClick={() => onChoose(alert.id)}
      >
        <span className={`pill ${says.tone}`}>
          <Icon name={says.icon} small />
          {says.word}
        </span>
        <span className="clip">{alert.title}</span>
        <span className="mute small">{formatRelative(alert.startedMs)}</span>
      </button>
    </li>
  );
}

/** One alert: what moved and how, what it costs, rows to look at, what changed before it. */
function AlertDetail({ alert, refresh }: { alert: Alert; refresh: () => void }) {
  const { explanation, graphId, nodeId } = alert;
  const { columns, performance, examples, before = [], owner = '' } = explanation;
  const says = alertState(alert);
  const act = (change: Promise<unknown>) => {
    change.then(() => refresh()).catch(showError);
  };
  return (
    <article className="alert-detail" aria-label={alert.title}>
      <header>
        <span className={`pill ${says.tone}`}>
          <Icon name={says.icon} small />
          {says.word}
        </span>
        <h2>{alert.title}</h2>
      </header>
      <p className="mute small">
        {t.since} {formatClock(alert.startedMs)}
        {alert.resolvedMs !== null && t.overAfter(formatDuration(alert.resolvedMs - alert.startedMs))}
        {alert.acknowledgedMs !== null && t.acknowledgedAt(formatClock(alert.acknowledgedMs))}
        {alert.deliveredMs !== null && t.sentAt(formatClock(alert.deliveredMs))}
        {owner !== '' && t.owner(owner)}
      </p>
      <div className="actions">
        {alert.resolvedMs === null && alert.acknowledgedMs === null && (
          <Button variant="primary" icon="check" onClick={() => act(engine.alert.acknowledge({ id: alert.id }))}>
            {t.acknowledge}
          </Button>
        )}
        {alert.silenced ? (
          <Button onClick={() => act(engine.alert.silence({ graphId, nodeId, untilMs: Date.now() }))}>
            {t.endSilence}
          </Button>
        ) : (
          [1, 8, 24].map((hours) => (
            <Button
              key={hours}
              onClick={() => act(engine.alert.silence({ graphId, nodeId, untilMs: Date.now() + hours * hourMs }))}
            >
              {t.silenceForH(hours)}
            </Button>
          ))
        )}
        <Button icon="monitors" onClick={() => navigate('monitors', `${graphId}/${nodeId}`)}>
          {t.monitor}
        </Button>
      </div>
      {(columns.length === 0 ? explanation.sentences : explanation.sentences.slice(0, 1)).map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
      {columns.length > 0 && (
        <section>
          <h3>{t.whatMoved}</h3>
          <dl className="moved">
            {columns.map(({ column, words, effect, distribution = [] }) => (
              <div key={column}>
                <dt className="mono">{column}</dt>
                <dd>
                  <span className="effect" aria-hidden="true">
                    <i style={{ width: `${Math.min(1, effect) * 100}%` }} />
                  </span>
                  <span className="small mid">{formatNumber(effect)}</span>
                  <p>{words === '' ? t.differs : words}</p>
                  {distribution.length > 0 && (
                    <div className="moved-overlay">
                      <DistributionOverlay title={column} height={120} bins={distribution} />
                    </div>
                  )}
                </dd>
              </div>
            ))}
          </dl>
        </section>
      )}
      {performance !== null && performance.now !== null && performance.reference !== null && (
        <section>
          <h3>{t.whatItCosts}</h3>
          <p>
            {alert.kind === 'realized-drop' || alert.kind === 'concept-drift' ? t.realized : t.estimated}{' '}
            {performance.metric} {t.is} <b>{formatMetric(performance.now)}</b>
            {t.onHeldOutItWas} {formatMetric(performance.reference)}.
          </p>
        </section>
      )}
      {before.length > 0 && (
        <section>
          <h3>{t.whatChangedBeforeIt}</h3>
          <ul className="before">
            {before.map(({ timeMs, text }) => (
              <li key={`${timeMs} ${text}`}>
                <span className="mute small">{t.before(formatDuration(Math.max(0, alert.startedMs - timeMs)))}</span>{' '}
                {text}
              </li>
            ))}
          </ul>
        </section>
      )}
      {examples.length > 0 && <Examples rows={examples} moved={columns.map(({ column }) => column)} />}
    </article>
  );
}

function Examples({ rows, moved }: { rows: Alert['explanation']['examples']; moved: readonly string[] }) {
  const names = Object.keys(rows[0] ?? {});
  const shown = [...names.filter((name) => moved.includes(name)), ...names.filter((name) => !moved.includes(name))];
  return (
    <section>
      <h3>{t.theNewestRows}</h3>
      <div className="examples">
        <table className="list-table">
          <thead>
            <tr>
              {shown.map((name) => (
                <th key={name} scope="col" className={moved.includes(name) ? 'mono moved-name' : 'mono'}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, index) => (
              // oxlint-disable-next-line react/no-array-index-key -- rows have no names
              <tr key={index}>
                {shown.map((name) => (
                  <td key={name} className="mono">
                    {cellText(row[name])}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
