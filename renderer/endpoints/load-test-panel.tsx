import { useState } from 'react';
import type { LoadTest } from '../../shared/rpc/engine-contract.ts';
import { engine } from '../client/engine-client.ts';
import { useQuery } from '../client/use-query.ts';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { formatCount, formatNumber } from '../ui/format.ts';
import { NumberField } from '../ui/number-field.tsx';
import { EmptyState, ErrorState } from '../ui/state-block.tsx';
import { t } from './text.ts';
import { showError } from '../ui/show-error.ts';

const refetchMs = 1_000;

function limitWord(limit: NonNullable<LoadTest['result']>['limit']): string {
  switch (limit) {
    case 'latency':
      return t.limitLatency;
    case 'refusals':
      return t.limitRefusals;
    case 'failures':
      return t.limitFailures;
    case 'throughput':
      return t.limitThroughput;
    case 'generator':
      return t.limitGenerator;
    case 'end':
      return t.limitEnd;
  }
}

function verdictOf({ result, objectiveMs }: LoadTest): string[] {
  if (result === null) return [];
  const { sustainedPerSecond: rate, peakPerSecond: peak, cpuUsPerRequest, limit } = result;
  return [
    rate === 0 ? t.holdsNever(objectiveMs) : t.holdsUpTo(objectiveMs, formatCount(Math.round(rate))),
    limitWord(limit),
    ...(peak === null || peak === 0 ? [] : [t.headroomOf(formatNumber(rate / peak), formatCount(peak))]),
    ...(cpuUsPerRequest === null ? [] : [t.cpuPerRequest(formatNumber(cpuUsPerRequest))]),
  ];
}

/** Looks for the rate at which the endpoint breaks its objective. */
export function LoadTestPanel({
  endpointId,
  objectiveMs = 50,
}: {
  endpointId: string;
  objectiveMs?: number | undefined;
}) {
  const [objective, setObjective] = useState(objectiveMs);
  const [seconds, setSeconds] = useState(3);
  const query = useQuery(
    `load-test/${endpointId}`,
    (signal) => engine.endpoint.loadTest({ id: endpointId }, { signal }),
    {
      refetchMs,
    },
  );
  const test = query.data;
  const running = test?.status === 'running';
  const act = (action: () => Promise<unknown>) => {
    action().catch(showError).finally(query.refetch);
  };
  const valid = objective >= 0.1 && objective <= 60_000 && seconds >= 0.5 && seconds <= 60;
  return (
    <div className="endpoint-panel">
      <p className="mute">{t.findsLimit}</p>
      <div className="panel-form">
        <Field label={t.objectiveField} row>
          {(ids) => (
            <NumberField
              {...ids}
              value={objective}
              min={0.1}
              max={60_000}
              unit={t.ms}
              onChange={(next) => setObjective(next ?? Number.NaN)}
            />
          )}
        </Field>
        <Field label={t.secondsEach} row>
          {(ids) => (
            <NumberField
              {...ids}
              value={seconds}
              min={0.5}
              max={60}
              unit="s"
              onChange={(next) => setSeconds(next ?? Number.NaN)}
            />
          )}
        </Field>
        {running ? (
          <Button icon="stop" onClick={() => act(() => engine.endpoint.cancelLoadTest({ id: endpointId }))}>
            {t.cancelTest}
          </Button>
        ) : (
          <Button
            icon="play"
            variant="primary"
            disabled={!valid}
            onClick={() =>
              act(() => engine.endpoint.startLoadTest({ id: endpointId, objectiveMs: objective, seconds }))
            }
          >
            {t.startTest}
          </Button>
        )}
      </div>
      {query.error && <ErrorState error={query.error} onRetry={query.refetch} />}
      {test === null && <EmptyState text={t.noTestYet} />}
      {test && <Outcome test={test} />}
    </div>
  );
}

function Outcome({ test }: { test: LoadTest }) {
  const ms = (value: number | null) => (value === null ? '–' : formatNumber(value));
  return (
    <>
      <div role="status" className="load-verdict">
        {test.status === 'running' && <p>{t.testRuns(test.steps.length)}</p>}
        {test.status === 'cancelled' && <p>{t.testCancelled}</p>}
        {test.status === 'finished' && verdictOf(test).map((sentence) => <p key={sentence}>{sentence}</p>)}
      </div>
      {test.error && <ErrorState error={test.error} />}
      {test.steps.length > 0 && (
        <table className="list-table" aria-label={t.loadTestTab}>
          <thead>
            <tr>
              {[t.offered, t.answeredPerSecond, t.refused, t.failed, 'p50 ms', 'p90 ms', 'p99 ms', 'p99.9 ms'].map(
                (head) => (
                  <th key={head} scope="col" className="n">
                    {head}
                  </th>
                ),
              )}
            </tr>
          </thead>
          <tbody>
            {test.steps.map((step, index) => (
              // oxlint-disable-next-line react/no-array-index-key -- the same rate may be held twice
              <tr key={index}>
                <td className="n">{formatCount(Math.round(step.offeredPerSecond))}</td>
                <td className="n">{formatCount(Math.round(step.answeredPerSecond))}</td>
                <td className="n">{formatCount(step.refused)}</td>
                <td className="n">{formatCount(step.failed)}</td>
                <td className="n">{ms(step.p50Ms)}</td>
                <td className="n">{ms(step.p90Ms)}</td>
                <td className={(step.p99Ms ?? 0) > test.objectiveMs ? 'n failed-count' : 'n'}>{ms(step.p99Ms)}</td>
                <td className="n">{ms(step.p999Ms)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}
