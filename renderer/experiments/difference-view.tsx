import { useState } from 'react';
import type { Training } from '../../shared/rpc/experiment-schemas.ts';
import { engine } from '../client/engine-client.ts';
import { useQuery } from '../client/use-query.ts';
import { Field } from '../ui/field.tsx';
import { formatMetric } from '../ui/format.ts';
import { EmptyState, ErrorState, Skeleton } from '../ui/state-block.tsx';
import { Switch } from '../ui/switch.tsx';
import { t } from './text.ts';
import { differencesOf } from './training-columns.ts';

/** More keys than these are not a comparison that a person reads. */
const mostKeys = 100;

interface DifferenceViewProps {
  experiment: number;
  trainings: readonly Training[];
  keys: { params: readonly string[]; metrics: readonly string[] } | undefined;
}

/** The selected trainings side by side: every param and metric, or only what differs. */
export function DifferenceView({ experiment, trainings, keys }: DifferenceViewProps) {
  const [onlyDifferences, setOnlyDifferences] = useState(true);
  const ids = trainings.map(({ id }) => id);
  const { data, error, refetch } = useQuery(
    keys === undefined || ids.length < 2 ? null : `compare ${ids.join(' ')}`,
    (signal) =>
      engine.experiment.trainings(
        {
          experiment,
          offset: 0,
          limit: 500,
          params: keys?.params.slice(0, mostKeys) ?? [],
          metrics: keys?.metrics.slice(0, mostKeys) ?? [],
        },
        { signal },
      ),
  );
  if (ids.length < 2) return <EmptyState text={t.selectTwo} />;
  if (error) return <ErrorState error={error} onRetry={refetch} />;
  if (!data) return <Skeleton rows={8} />;
  const whole = ids.flatMap((id) => data.trainings.find((training) => training.id === id) ?? []);
  const rows = differencesOf(whole).filter(({ differs }) => differs || !onlyDifferences);
  return (
    <div className="difference-view">
      <Field row label={t.onlyDifferences}>
        {(fieldIds) => <Switch {...fieldIds} checked={onlyDifferences} onChange={setOnlyDifferences} />}
      </Field>
      {rows.length === 0 ? (
        <EmptyState text={t.nothingDiffers} />
      ) : (
        <table className="list-table">
          <thead>
            <tr>
              <th scope="col">
                <span className="visually-hidden">{t.columns}</span>
              </th>
              {whole.map((training) => (
                <th key={training.id} scope="col" className="n">
                  {training.name} <span className="mono mute">{training.id.slice(0, 4)}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ column, cells, differs }) => (
              <tr key={column} className={differs ? 'differs' : undefined}>
                <th scope="row" className="mono">
                  {column}
                </th>
                {cells.map((cell, i) => (
                  <td key={whole[i]?.id} className="n">
                    {cell === undefined ? '–' : typeof cell === 'number' ? formatMetric(cell) : cell.slice(0, 60)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
}
