import { useState } from 'react';
import type { FeatureCatalogView } from '../../shared/rpc/feature-schemas.ts';
import { useOnline } from '../client/connection-store.ts';
import { engine } from '../client/engine-client.ts';
import { Button } from '../ui/button.tsx';
import { formatCount, formatRelative } from '../ui/format.ts';
import { showToast } from '../ui/toast.tsx';
import { EditAtNode } from './edit-at-node.tsx';
import { FeatureCharts } from './feature-charts.tsx';
import { ModelLinks } from './model-links.tsx';
import { ReplayTable } from './replay-table.tsx';
import { t } from './text.ts';
import { showError } from '../ui/show-error.ts';

interface FeatureDetailProps {
  entry: FeatureCatalogView;
  onChanged: () => void;
}

function ago(ms: number | null | undefined): string {
  return ms === null || ms === undefined ? '–' : formatRelative(ms);
}

function Facts({ entry: { view, made, online } }: { entry: FeatureCatalogView }) {
  const facts: [string, string][] = [
    [t.owner, view.owner || t.nobody],
    [t.keys, view.keys.map(({ name, type }) => `${name} (${type})`).join(', ') || t.sameForAll],
    [t.eventTime, view.eventTimestamp],
    [t.knownFrom, view.createdTimestamp ?? t.eventTimeOn],
    [t.timeToLive, view.ttlSeconds === 0 ? t.forever : t.seconds(formatCount(view.ttlSeconds))],
    ...(made === null
      ? []
      : ([
          [t.rows, made.rows === null ? '–' : formatCount(made.rows)],
          [t.madeBy, `${made.graphId} / ${made.nodeId}, ${ago(made.usedMs)}`],
        ] satisfies [string, string][])),
    ...(online === null
      ? []
      : ([
          [t.onlineRows, formatCount(online.rows)],
          [t.newestEvent, ago(online.newestEventMs)],
          [t.materialized, ago(online.materializedMs)],
        ] satisfies [string, string][])),
  ];
  return (
    <dl className="facts">
      {facts.map(([name, value]) => (
        <div key={name} style={{ display: 'contents' }}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** One view: its promise, its features with the models that use them, and the values of one feature over time. */
export function FeatureDetail({ entry, onChanged }: FeatureDetailProps) {
  const { view, made, online, models } = entry;
  const [chosen, setChosen] = useState(view.features[0]?.name ?? '');
  const [busy, setBusy] = useState(false);
  const connected = useOnline();
  const bringOnline = () => {
    setBusy(true);
    engine.feature
      .materialize({ name: view.name })
      .then(() => showToast({ text: t.broughtOnline(view.name) }), showError)
      .finally(() => {
        setBusy(false);
        onChanged();
      });
  };
  return (
    <>
      <div className="screen-head">
        <h1>{view.name}</h1>
        <span className="grow" />
        {made !== null && <EditAtNode graphId={made.graphId} nodeId={made.nodeId} />}
        <Button disabled={!connected || busy || made === null || online?.upToDate === true} onClick={bringOnline}>
          {t.bringOnline}
        </Button>
      </div>
      <div className="feature-body">
        {view.description !== '' && <p>{view.description}</p>}
        <Facts entry={entry} />
        <table className="list-table" aria-label={t.features}>
          <thead>
            <tr>
              <th scope="col">{t.name}</th>
              <th scope="col">{t.type}</th>
              <th scope="col">{t.usedBy}</th>
            </tr>
          </thead>
          <tbody>
            {view.features.map(({ name, type, size }) => (
              <tr key={name} aria-selected={name === chosen} onClick={() => setChosen(name)}>
                <td>
                  <button type="button" className="row-link" onClick={() => setChosen(name)}>
                    {name}
                  </button>
                </td>
                <td className="mono">{size === undefined ? type : `${type}[${size}]`}</td>
                <td>
                  <ModelLinks models={models.filter(({ features }) => features.includes(name))} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        <ReplayTable view={view.name} />
        {made === null ? (
          <p className="mute">{t.pushedOnly}</p>
        ) : (
          <FeatureCharts digest={made.digest} feature={chosen} />
        )}
      </div>
    </>
  );
}
