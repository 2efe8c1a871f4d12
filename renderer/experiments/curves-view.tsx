import { useState } from 'react';
import type { Training } from '../../shared/rpc/experiment-schemas.ts';
import { type ChartTone, toneColors } from '../charts/chart-tone.ts';
import { LineChart } from '../charts/line-chart.tsx';
import { engine } from '../client/engine-client.ts';
import { useQuery } from '../client/use-query.ts';
import { Field } from '../ui/field.tsx';
import { Select } from '../ui/select.tsx';
import { EmptyState, ErrorState, Skeleton } from '../ui/state-block.tsx';
import { t } from './text.ts';

const height = 360;
const tones = Object.keys(toneColors) as ChartTone[];

/** One metric over the steps of the selected trainings. */
export function CurvesView({ trainings, metrics }: { trainings: readonly Training[]; metrics: readonly string[] }) {
  const [chosen, setChosen] = useState<string>();
  const metric =
    chosen ?? metrics.find((name) => name.startsWith('valid.')) ?? metrics.find((name) => name.includes('.'));
  const ids = trainings.map(({ id }) => id);
  const { data, error, refetch } = useQuery(
    metric === undefined || ids.length === 0 ? null : `curves ${metric} ${ids.join(' ')}`,
    (signal) => engine.experiment.curves({ trainings: ids, metric: metric ?? '' }, { signal }),
  );
  if (trainings.length === 0) return <EmptyState text={t.selectSome} />;
  const drawn = (data ?? []).filter(({ steps }) => steps.length > 1);
  return (
    <div className="curves-view">
      <Field row label={t.metric}>
        {(fieldIds) => (
          <Select
            {...fieldIds}
            value={metric ?? ''}
            onChange={setChosen}
            options={metrics.map((name) => ({ value: name, label: name }))}
          />
        )}
      </Field>
      {error && <ErrorState error={error} onRetry={refetch} />}
      {!data && !error && metric !== undefined && <Skeleton rows={6} />}
      {data && drawn.length === 0 && <EmptyState text={t.noCurve} />}
      {drawn.length > 0 && (
        <LineChart
          title={metric ?? ''}
          height={height}
          baseLabel={t.step}
          wholeBase
          series={drawn.map(({ training, steps, values }, i) => ({
            label: `${trainings.find(({ id }) => id === training)?.name ?? training} ${training.slice(0, 4)}`,
            tone: tones[i % tones.length] ?? 'ink',
            x: steps,
            y: values,
          }))}
        />
      )}
    </div>
  );
}
