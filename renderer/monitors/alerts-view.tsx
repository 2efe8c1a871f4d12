import { useState } from 'react';
import { type AlertGroup, type AlertGrouping, groupAlerts } from '../../shared/monitoring/alert-groups.ts';
import type { Alert } from '../../shared/rpc/engine-contract.ts';
import { engine } from '../client/engine-client.ts';
import { DistributionOverlay } from '../charts/distribution-overlay.tsx';
import { navigate } from '../state/ui-store.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { formatCount, formatDuration, formatMetric, formatMoment, formatNumber, formatRelative } from '../ui/format.ts';
import { Icon } from '../ui/icons/icon.tsx';
import { Segmented } from '../ui/segmented.tsx';
import { EmptyState, ErrorState, Skeleton } from '../ui/state-block.tsx';
import { showError } from '../ui/show-error.ts';
import { TextInput } from '../ui/field.tsx';
import { alertState, cellText } from './alert-words.ts';
import type { KnownMonitor } from './known-monitors.ts';
import { useAlerts } from './use-alerts.ts';
import { t } from './text.ts';
import { EngineText } from '../ui/engine-text.tsx';
import { engineText } from '../translation/engine-text.ts';
import { metricName } from '../translation/metric-names.ts';

const hourMs = 3_600_000;

/** Every alert of this engine: what is on, and what was. */
export function AlertsView({ monitors }: { monitors: readonly KnownMonitor[] }) {
  const alerts = useAlerts();
  const [wanted, setWanted] = useState<string>();
  const open = (alerts.data ?? []).filter(({ resolvedMs }) => resolvedMs === null).length;
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
        ) : alerts.data.length === 0 ? (
          <EmptyState text={t.noAlertYet} />
        ) : (
          <AlertList
            alerts={alerts.data}
            monitors={monitors}
            wanted={wanted}
            onChoose={setWanted}
            refresh={alerts.refetch}
          />
        )}
      </div>
    </>
  );
}

interface AlertListProps {
  alerts: readonly Alert[];
  monitors: readonly KnownMonitor[];
  /** Id of the alert that is shown; the first of the list where it is not there. */
  wanted: string | undefined;
  onChoose: (id: string) => void;
  refresh: () => void;
}

/** Alerts by monitor or cause, and the one that is chosen. */
function AlertList({ alerts, monitors, wanted, onChoose, refresh }: AlertListProps) {
  const hasOpen = alerts.some(({ resolvedMs }) => resolvedMs === null);
  const [picked, setPicked] = useState<'open' | 'all'>();
  const which = picked ?? (hasOpen ? 'open' : 'all');
  const [by, setBy] = useState<AlertGrouping>('monitor');
  const [sought, setSought] = useState('');
  const nameOf = (graphId: string, nodeId: string) => {
    const monitor = monitors.find(({ id }) => id === `${graphId}/${nodeId}`);
    return monitor === undefined ? `${graphId}/${nodeId}` : `${monitor.graphName} · ${monitor.title}`;
  };
  const words = sought.toLowerCase();
  const shown = alerts.filter(
    (alert) =>
      (which === 'all' || alert.resolvedMs === null) &&
      [
        alert.title,
        engineText(alert.title),
        t.eventNames[alert.kind],
        nameOf(alert.graphId, alert.nodeId),
        alert.explanation.owner ?? '',
      ].some((text) => text.toLowerCase().includes(words)),
  );
  const groups = groupAlerts(shown, by);
  const chosen = shown.find(({ id }) => id === wanted) ?? groups[0]?.alerts[0];
  return (
    <div className="alerts-grid">
      <div className="alerts-side">
        <div className="alerts-filter">
          <Segmented
            label={t.whichAlerts}
            value={which}
            options={[
              { value: 'open', label: t.openOnes },
              { value: 'all', label: t.allOnes },
            ]}
            onChange={setPicked}
          />
          <Segmented
            label={t.groupAlertsBy}
            value={by}
            options={[
              { value: 'monitor', label: t.byMonitor },
              { value: 'cause', label: t.byCause },
            ]}
            onChange={setBy}
          />
          <TextInput
            type="search"
            value={sought}
            onChange={setSought}
            placeholder={t.findAlert}
            aria-label={t.findAlert}
          />
        </div>
        {groups.length === 0 && (
          <div className="alerts-none">
            <p className="mute">{sought === '' ? t.noOpenAlert : t.noSuchAlert}</p>
            <Button
              onClick={() => {
                setSought('');
                setPicked('all');
              }}
            >
              {t.showAllAlerts}
            </Button>
          </div>
        )}
        {groups.map((group) => {
          const [first] = group.alerts;
          const name = by === 'cause' ? t.eventNames[first.kind] : nameOf(first.graphId, first.nodeId);
          return (
            <section key={group.key} aria-label={name}>
              <GroupHead name={name} group={group} isMonitor={by === 'monitor'} refresh={refresh} />
              <ul className="alert-list">
                {group.alerts.map((alert) => (
                  <AlertLine
                    key={alert.id}
                    alert={alert}
                    current={alert.id === chosen?.id}
                    onChoose={onChoose}
                    refresh={refresh}
                  />
                ))}
              </ul>
            </section>
          );
        })}
        {groups.length > 0 && <p className="mute small alert-keys">{t.alertKeys}</p>}
      </div>
      {chosen && <AlertDetail key={chosen.id} alert={chosen} refresh={refresh} />}
    </div>
  );
}

interface GroupHeadProps {
  name: string;
  group: AlertGroup;
  isMonitor: boolean;
  refresh: () => void;
}

function GroupHead({ name, group, isMonitor, refresh }: GroupHeadProps) {
  const [first] = group.alerts;
  const unseen = group.alerts.filter(isUnseen);
  return (
    <header className="alert-group">
      <h2 className="clip" title={name}>
        {name}
      </h2>
      <span className="mute small">{t.openOf(formatCount(group.open), formatCount(group.alerts.length))}</span>
      <span className="actions">
        {unseen.length > 1 && (
          <Button small onClick={() => acknowledge(unseen, refresh)}>
            {t.acknowledgeAll(formatCount(unseen.length))}
          </Button>
        )}
        {isMonitor && group.open > 0 && (
          <Button small onClick={() => toggleSilence(first, refresh)}>
            {first.silenced ? t.endSilence : t.silenceForH(1)}
          </Button>
        )}
      </span>
    </header>
  );
}

function isUnseen({ resolvedMs, acknowledgedMs }: Alert): boolean {
  return resolvedMs === null && acknowledgedMs === null;
}

function acknowledge(alerts: readonly Alert[], refresh: () => void): void {
  Promise.all(alerts.map(({ id }) => engine.alert.acknowledge({ id })))
    .then(() => refresh())
    .catch(showError);
}

/** Nothing is sent for its monitor until then. */
function silence({ graphId, nodeId }: Alert, untilMs: number, refresh: () => void): void {
  engine.alert
    .silence({ graphId, nodeId, untilMs })
    .then(() => refresh())
    .catch(showError);
}

function toggleSilence(alert: Alert, refresh: () => void): void {
  silence(alert, alert.silenced ? Date.now() : Date.now() + hourMs, refresh);
}

/** Up and down over all groups. */
function moveFocus(line: HTMLElement, by: number): void {
  const lines = [...(line.closest('.alerts-side')?.querySelectorAll<HTMLElement>('.alert-line') ?? [])];
  lines[lines.indexOf(line) + by]?.focus();
}

interface AlertLineProps {
  alert: Alert;
  current: boolean;
  onChoose: (id: string) => void;
  refresh: () => void;
}

function AlertLine({ alert, current, onChoose, refresh }: AlertLineProps) {
  const says = alertState(alert);
  return (
    <li className={current ? 'current' : undefined}>
      <button
        type="button"
        className="alert-line"
        aria-current={current ? 'true' : undefined}
        aria-keyshortcuts="A S"
        onClick={() => onChoose(alert.id)}
        onKeyDown={(event) => {
          if (event.ctrlKey || event.metaKey || event.altKey) return;
          const key = event.key.toLowerCase();
          if (key === 'arrowdown') moveFocus(event.currentTarget, 1);
          else if (key === 'arrowup') moveFocus(event.currentTarget, -1);
          else if (key === 'a' && isUnseen(alert)) {
            // It moves down in the list; the focus goes on to the next.
            moveFocus(event.currentTarget, 1);
            acknowledge([alert], refresh);
          } else if (key === 's') toggleSilence(alert, refresh);
          else return;
          event.preventDefault();
        }}
      >
        <span className={`pill ${says.tone}`}>
          <Icon name={says.icon} small />
          {says.word}
        </span>
        <span className="clip" title={engineText(alert.title)}>
          {engineText(alert.title)}
        </span>
        <span className="mute small">{formatRelative(alert.startedMs)}</span>
      </button>
      {isUnseen(alert) && (
        <IconButton
          icon="check"
          small
          label={t.acknowledgeAlert(engineText(alert.title))}
          onClick={() => acknowledge([alert], refresh)}
        />
      )}
    </li>
  );
}

/** One alert: what moved and how, what it costs, rows to look at, what changed before it. */
function AlertDetail({ alert, refresh }: { alert: Alert; refresh: () => void }) {
  const { explanation, graphId, nodeId } = alert;
  const { columns, performance, examples, before = [], owner = '' } = explanation;
  const says = alertState(alert);
  return (
    <article className="alert-detail" aria-label={engineText(alert.title)}>
      <header>
        <span className={`pill ${says.tone}`}>
          <Icon name={says.icon} small />
          {says.word}
        </span>
        <h2>{engineText(alert.title)}</h2>
      </header>
      <p className="mute small">
        {t.since} {formatMoment(alert.startedMs)}
        {alert.resolvedMs !== null && t.overAfter(formatDuration(alert.resolvedMs - alert.startedMs))}
        {alert.acknowledgedMs !== null && t.acknowledgedAt(formatMoment(alert.acknowledgedMs))}
        {alert.deliveredMs !== null && t.sentAt(formatMoment(alert.deliveredMs))}
        {owner !== '' && t.owner(owner)}
      </p>
      <div className="actions">
        {isUnseen(alert) && (
          <Button variant="primary" icon="check" onClick={() => acknowledge([alert], refresh)}>
            {t.acknowledge}
          </Button>
        )}
        {alert.silenced ? (
          <Button onClick={() => toggleSilence(alert, refresh)}>{t.endSilence}</Button>
        ) : (
          [1, 8, 24].map((hours) => (
            <Button key={hours} onClick={() => silence(alert, Date.now() + hours * hourMs, refresh)}>
              {t.silenceForH(hours)}
            </Button>
          ))
        )}
        <Button icon="monitors" onClick={() => navigate('monitors', `${graphId}/${nodeId}`)}>
          {t.monitor}
        </Button>
      </div>
      {(columns.length === 0 ? explanation.sentences : explanation.sentences.slice(0, 1)).map((sentence) => (
        <p key={sentence}>
          <EngineText text={sentence} />
        </p>
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
                  <p>{words === '' ? t.differs : engineText(words)}</p>
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
            {metricName(performance.metric)} {t.is} <b>{formatMetric(performance.now)}</b>
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
                <EngineText text={text} />
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
