import { useState } from 'react';
import type { Training } from '../../shared/rpc/experiment-schemas.ts';
import { TrialsChart } from '../charts/trials-chart.tsx';
import { Field } from '../ui/field.tsx';
import { Select } from '../ui/select.tsx';
import { EmptyState } from '../ui/state-block.tsx';
import { t } from './text.ts';
import { type ColumnId, columnTitle, numberOf, scatterColumns } from './training-columns.ts';

const height = 380;

/** Trainings as points: one column against another, those of the table to choose from. */
export function ScatterView({
  trainings,
  columns,
  selected,
  onToggle,
}: {
  trainings: readonly Training[];
  columns: readonly ColumnId[];
  selected: readonly string[];
  onToggle: (id: string) => void;
}) {
  const [pickedX, setX] = useState<string>();
  const [pickedY, setY] = useState<string>();
  const { numbers, ...first } = scatterColumns(trainings, columns);
  const across = numbers.find((column) => column === pickedX) ?? first.across;
  const up = numbers.find((column) => column === pickedY) ?? first.up;
  if (across === undefined || up === undefined) return <EmptyState text={t.chooseColumns} />;
  const points = trainings.flatMap((training) => {
    const at = { x: numberOf(training, across), y: numberOf(training, up) };
    if (at.x === undefined || at.y === undefined) return [];
    return [{ id: training.id, label: training.name, x: at.x, y: at.y, strong: selected.includes(training.id) }];
  });
  const axes = [
    { label: t.across, value: across, set: setX },
    { label: t.upwards, value: up, set: setY },
  ];
  return (
    <div className="curves-view">
      <div className="scatter-axes">
        {axes.map(({ label, value, set }) => (
          <Field row key={label} label={label}>
            {(ids) => (
              <Select
                {...ids}
                value={value}
                onChange={set}
                options={numbers.map((column) => ({ value: column, label: columnTitle(column) }))}
              />
            )}
          </Field>
        ))}
      </div>
      <TrialsChart
        title={t.scatterTitle}
        xLabel={columnTitle(across)}
        yLabel={columnTitle(up)}
        points={points}
        height={height}
        onChoose={onToggle}
      />
    </div>
  );
}
