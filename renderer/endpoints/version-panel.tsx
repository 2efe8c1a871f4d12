import { useState } from 'react';
import type { EndpointRollout, EndpointStats } from '../../shared/rpc/engine-contract.ts';
import { engine } from '../client/engine-client.ts';
import { useQuery } from '../client/use-query.ts';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { formatBytes, formatCount, formatNumber } from '../ui/format.ts';
import { NumberField } from '../ui/number-field.tsx';
import { Select } from '../ui/select.tsx';
import { ErrorState, Skeleton } from '../ui/state-block.tsx';
import { Switch } from '../ui/switch.tsx';
import { showToast } from '../ui/toast.tsx';
import { t } from './text.ts';
import { engineText } from '../translation/engine-text.ts';
import { showError } from '../ui/show-error.ts';

type Version = EndpointStats['versions'][number];

function stateWord(state: Version['state']): string {
  switch (state) {
    case 'ready':
      return t.ready;
    case 'loading':
      return t.loading;
    case 'on-demand':
      return t.onDemand;
    case 'restarting':
      return t.restarting;
    case 'failed':
      return t.failed;
  }
}

function trafficWord(version: string, rollout: EndpointRollout | undefined): string {
  if (rollout === undefined) return '';
  const { stable, challenger } = rollout;
  if (challenger?.version === version && version !== stable) {
    const words = [
      ...(challenger.percent > 0 ? [t.gets(challenger.percent)] : []),
      ...(challenger.shadow ? [t.mirrored] : []),
    ];
    return words.join(', ');
  }
  if (version !== stable) return '';
  return challenger !== null && challenger.percent > 0 ? t.gets(100 - challenger.percent) : t.answersAll;
}

/** What serves, and the way from one version to the next: a share of the requests, copies, promotion, and back. */
export function VersionPanel({ endpointId, versions }: { endpointId: string; versions: readonly Version[] }) {
  const served = versions.map(({ model, version }) => `${model}/${version}`).join();
  const query = useQuery(`rollout/${endpointId}/${served}`, (signal) =>
    engine.endpoint.rollout({ id: endpointId }, { signal }),
  );
  const rollout = query.data;
  return (
    <div className="endpoint-panel">
      <table className="list-table version-table" aria-label={t.versionsTab}>
        <thead>
          <tr>
            <th scope="col">{t.model}</th>
            <th scope="col">{t.state}</th>
            <th scope="col">{t.workers}</th>
            <th scope="col">{t.device}</th>
            <th scope="col" className="n">
              {t.coldStart}
            </th>
            <th scope="col" className="n">
              {t.requests}
            </th>
          </tr>
        </thead>
        <tbody>
          {versions.map((version) => (
            <tr key={`${version.model}/${version.version}`}>
              <td>{`${version.model} ${version.version}`}</td>
              <td>{[stateWord(version.state), trafficWord(version.version, rollout)].filter(Boolean).join(', ')}</td>
              <td>
                {t.workersOf(version.replicas, version.maxReplicas)}
                <div className="mute">{formatBytes(version.memoryBytes)}</div>
              </td>
              <td title={engineText(version.ran?.why ?? '')}>{version.ran?.provider.toUpperCase() ?? '–'}</td>
              <td className="n">{version.coldStartMs === null ? '–' : t.inMs(formatNumber(version.coldStartMs))}</td>
              <td className="n">
                {formatCount(version.requests)}
                <div className="mute">{t.failedCount(formatCount(version.failed))}</div>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <StepTable versions={versions} />
      {rollout !== undefined ? (
        <Rollout
          key={rollout.challenger?.version ?? rollout.stable}
          endpointId={endpointId}
          rollout={rollout}
          refetch={query.refetch}
        />
      ) : query.error ? (
        <ErrorState error={query.error} onRetry={query.refetch} />
      ) : (
        <Skeleton waitsFor={t.theVersions} />
      )}
    </div>
  );
}

/** What the steps of the versions have done, where they have several. */
function StepTable({ versions }: { versions: readonly Version[] }) {
  const rows = versions.flatMap(({ version, steps = [] }) => steps.map((step) => ({ version, ...step })));
  if (rows.length === 0) return null;
  return (
    <table className="list-table version-table" aria-label={t.steps}>
      <thead>
        <tr>
          <th scope="col" className="n">
            {t.version}
          </th>
          <th scope="col">{t.step}</th>
          <th scope="col" className="n">
            {t.workers}
          </th>
          <th scope="col" className="n">
            {t.stepRows}
          </th>
          <th scope="col" className="n">
            {t.stepRuns}
          </th>
          <th scope="col" className="n">
            {t.stepRunTime}
          </th>
          <th scope="col" className="n">
            {t.stepWaiting}
          </th>
          <th scope="col" className="n" title={t.stepKeptHint}>
            {t.stepKept}
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((step) => (
          <tr key={`${step.version}/${step.name}`}>
            <td className="n">{step.version}</td>
            <td className="mono">{step.name}</td>
            <td className="n">{formatCount(step.replicas)}</td>
            <td className="n">{formatCount(step.rows)}</td>
            <td className="n">{formatCount(step.runs)}</td>
            <td className="n">{step.runMs === null ? '–' : t.inMs(formatNumber(step.runMs))}</td>
            <td className="n">{formatCount(step.queued)}</td>
            <td className="n">{formatCount(step.keptRows)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface RolloutProps {
  endpointId: string;
  rollout: EndpointRollout;
  refetch: () => void;
}

function Rollout({ endpointId, rollout, refetch }: RolloutProps) {
  const { challenger, stable, previous, alias } = rollout;
  const others = rollout.registered.filter(({ version }) => version !== stable);
  const [version, setVersion] = useState(challenger?.version);
  const [percent, setPercent] = useState(challenger?.percent ?? 10);
  const [shadow, setShadow] = useState(challenger?.shadow ?? false);
  const [busy, setBusy] = useState(false);
  const act = (action: () => Promise<EndpointRollout>, said?: string) => {
    setBusy(true);
    action()
      .then(() => {
        if (said !== undefined) showToast({ text: said });
        refetch();
      })
      .catch(showError)
      .finally(() => setBusy(false));
  };
  const badPercent = Number.isNaN(percent) || percent < 0 || percent > 100;
  return (
    <section className="rollout" aria-label={t.tryAnother}>
      <h3 className="cell-title">{t.rolloutOf(stable)}</h3>
      {alias !== null && (
        <Field label={t.followAlias(alias.alias)} note={t.followNote(alias.alias)} row>
          {(ids) => (
            <Switch
              {...ids}
              checked={alias.followed}
              disabled={busy}
              onChange={(follow) => act(() => engine.endpoint.follow({ id: endpointId, follow }))}
            />
          )}
        </Field>
      )}
      {others.length === 0 ? (
        <p className="mute">{t.noOtherVersion}</p>
      ) : (
        <>
          <Field label={t.tryAnother} row>
            {(ids) => (
              <Select
                {...ids}
                value={version}
                placeholder={t.chooseVersion}
                options={others.map((other) => ({
                  value: other.version,
                  label: [other.version, ...other.aliases].join(', '),
                }))}
                onChange={setVersion}
              />
            )}
          </Field>
          <Field label={t.share} row>
            {(ids) => (
              <NumberField
                {...ids}
                value={percent}
                min={0}
                max={100}
                step={1}
                unit="%"
                slider
                onChange={(next) => setPercent(next ?? 0)}
              />
            )}
          </Field>
          <Field label={t.copies} row>
            {(ids) => <Switch {...ids} checked={shadow} onChange={setShadow} />}
          </Field>
        </>
      )}
      <div className="panel-actions">
        {others.length > 0 && (
          <Button
            variant={challenger === null ? 'primary' : 'plain'}
            disabled={busy || version === undefined || badPercent || (percent === 0 && !shadow)}
            onClick={() =>
              act(() =>
                engine.endpoint.tryVersion({ id: endpointId, trial: { version: version ?? '', percent, shadow } }),
              )
            }
          >
            {challenger === null ? t.startTrial : t.applyTrial}
          </Button>
        )}
        {challenger !== null && (
          <>
            <Button
              variant="primary"
              disabled={busy}
              onClick={() => act(() => engine.endpoint.promote({ id: endpointId }), t.nowAnswers(challenger.version))}
            >
              {t.promote}
            </Button>
            <Button
              disabled={busy}
              onClick={() => act(() => engine.endpoint.tryVersion({ id: endpointId, trial: null }))}
            >
              {t.endTrial}
            </Button>
          </>
        )}
        {previous !== null && (
          <Button
            disabled={busy}
            onClick={() => act(() => engine.endpoint.rollback({ id: endpointId }), t.nowAnswers(previous))}
          >
            {t.rollBackTo(previous)}
          </Button>
        )}
      </div>
    </section>
  );
}
