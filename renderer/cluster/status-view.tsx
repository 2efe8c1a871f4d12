import { useState } from 'react';
import type { BundleSource, ClusterStatus } from '../../shared/rpc/cluster-schemas.ts';
import { formatDuration } from '../ui/format.ts';
import { Icon } from '../ui/icons/icon.tsx';
import { EmptyState } from '../ui/state-block.tsx';
import { EndpointLine } from './endpoint-line.tsx';
import { PodLog } from './pod-log.tsx';
import { runWords, stepWords, whyOf } from './step-words.ts';
import { t } from './text.ts';
import { engineText } from '../translation/engine-text.ts';

interface StatusViewProps {
  context: string;
  status: ClusterStatus;
  titles: (nodeId: string) => string;
  bundle: BundleSource | undefined;
}

/** What each step and endpoint of the applied bundle is doing now. */
export function StatusView({ context, status, titles, bundle }: StatusViewProps) {
  const [wanted, setWanted] = useState<string>();
  const shown =
    status.steps.find((step) => step.id === wanted) ??
    status.steps.find((step) => step.state === 'failed' || step.state === 'running');
  const run = status.run === null ? undefined : runWords()[status.run.state];
  return (
    <>
      <section className="cell" aria-label={t.status}>
        <header>
          <h2>{t.steps}</h2>
          {run && (
            <span className={`pill ${run.tone}`}>
              <Icon name={run.icon} small />
              {run.word}
            </span>
          )}
          {!status.connected && <span className="pill stale">{t.connectionLost}</span>}
          <span className="mute small clip">{engineText(status.run?.reason ?? '')}</span>
        </header>
        {status.steps.length === 0 ? (
          <EmptyState text={t.noStepYet} />
        ) : (
          <table className="list-table">
            <thead>
              <tr>
                <th scope="col">{t.step}</th>
                <th scope="col">{t.state}</th>
                <th scope="col" className="n">
                  {t.time}
                </th>
                <th scope="col">{t.why}</th>
              </tr>
            </thead>
            <tbody>
              {status.steps.map((step) => {
                const says = stepWords()[step.state];
                return (
                  <tr key={step.id} aria-selected={step.id === shown?.id} onClick={() => setWanted(step.id)}>
                    <td>
                      <button type="button" className="row-link" title={step.id} onClick={() => setWanted(step.id)}>
                        {titles(step.id)}
                      </button>
                    </td>
                    <td>
                      <span className={`state-word ${says.tone}`}>
                        <Icon name={says.icon} small />
                        {says.word}
                      </span>
                    </td>
                    <td className="n">
                      {step.startedMs !== null && step.finishedMs !== null
                        ? formatDuration(step.finishedMs - step.startedMs)
                        : ''}
                    </td>
                    <td className="cluster-why">{whyOf(step)}</td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        )}
        {status.endpoints.map((endpoint) => (
          <EndpointLine
            key={endpoint.name}
            context={context}
            namespace={status.namespace}
            endpoint={endpoint}
            bundle={bundle}
          />
        ))}
      </section>
      {shown?.pod && shown.container && (
        <PodLog
          key={`${shown.pod}/${shown.container}`}
          context={context}
          namespace={status.namespace}
          pod={shown.pod}
          container={shown.container}
          title={titles(shown.id)}
        />
      )}
    </>
  );
}
