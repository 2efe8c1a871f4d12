import { useState } from 'react';
import type { Experiment, Training } from '../../shared/rpc/experiment-schemas.ts';
import { engine } from '../client/engine-client.ts';
import { useQuery } from '../client/use-query.ts';
import { ParallelChart } from '../charts/parallel-chart.tsx';
import { Field, TextInput } from '../ui/field.tsx';
import { ErrorState, EmptyState, Skeleton } from '../ui/state-block.tsx';
import { Tabs } from '../ui/tabs.tsx';
import { ColumnChooser } from './column-chooser.tsx';
import { CurvesView } from './curves-view.tsx';
import { DifferenceView } from './difference-view.tsx';
import { ScatterView } from './scatter-view.tsx';
import { t } from './text.ts';
import { type ColumnId, columnTitle, firstColumns, nameOf, numberOf } from './training-columns.ts';
import { TrainingTable } from './training-table.tsx';
import { engineText } from '../translation/engine-text.ts';

const pageRows = 100;
const parallelHeight = 380;
const refetchMs = 5000;
/** Curves and columns of more trainings cannot be told apart. */
const mostSelected = 10;

type View = 'table' | 'curves' | 'scatter' | 'parallel' | 'compare';

export function ExperimentDetail({ experiment }: { experiment: Experiment }) {
  const [view, setView] = useState<View>('table');
  const [chosen, setChosen] = useState<ColumnId[]>();
  const [filter, setFilter] = useState('');
  const [order, setOrder] = useState<{ column: string; descending: boolean }>();
  const [offset, setOffset] = useState(0);
  const [selected, setSelected] = useState<readonly string[]>([]);
  const id = experiment.id;
  const keys = useQuery(`experiment-keys ${id} ${experiment.trainings}`, (signal) =>
    engine.experiment.keys({ experiment: id }, { signal }),
  );
  const columns = chosen ?? (keys.data === undefined ? [] : firstColumns(keys.data));
  const asked = JSON.stringify({ id, filter, order, offset, columns, trainings: experiment.trainings });
  const page = useQuery(
    keys.data === undefined ? null : `trainings ${asked}`,
    (signal) =>
      engine.experiment.trainings(
        {
          experiment: id,
          filter,
          ...(order === undefined ? {} : { orderBy: order }),
          offset,
          limit: pageRows,
          params: columns.filter((column) => column.startsWith('params.')).map(nameOf),
          metrics: columns.filter((column) => column.startsWith('metrics.')).map(nameOf),
        },
        { signal },
      ),
    { refetchMs },
  );
  const trainings = page.data?.trainings ?? [];
  const picked = selected.flatMap((one) => trainings.find((training) => training.id === one) ?? []);

  function toggle(training: string): void {
    setSelected((before) =>
      before.includes(training)
        ? before.filter((other) => other !== training)
        : [...before, training].slice(-mostSelected),
    );
  }

  return (
    <>
      <header className="screen-head">
        <h1>{experiment.name}</h1>
        <Tabs
          label={t.view}
          value={view}
          onChange={setView}
          tabs={[
            { value: 'table', label: t.table },
            { value: 'curves', label: t.curves },
            { value: 'scatter', label: t.scatter },
            { value: 'parallel', label: t.parallel },
            { value: 'compare', label: t.compare },
          ]}
        />
      </header>
      <div className="experiment-tools">
        <Field
          row
          label={t.filter}
          error={page.error?.code === 'request.invalid' ? engineText(page.error.message) : undefined}
        >
          {(ids) => (
            <TextInput
              {...ids}
              className="mono"
              placeholder={t.filterExample}
              value={filter}
              onChange={(text) => {
                setFilter(text);
                setOffset(0);
              }}
            />
          )}
        </Field>
        {keys.data && <ColumnChooser keys={keys.data} columns={columns} onChange={setChosen} />}
      </div>
      {page.error && page.error.code !== 'request.invalid' && <ErrorState error={page.error} onRetry={page.refetch} />}
      {!page.data && !page.error && <Skeleton rows={8} waitsFor={t.theTrainings} />}
      <div className="experiment-view" role="tabpanel" aria-label={t.view}>
        {view === 'table' && page.data && (
          <TrainingTable
            trainings={trainings}
            total={page.data.total}
            offset={offset}
            pageRows={pageRows}
            onOffset={setOffset}
            columns={columns}
            order={order}
            onOrder={setOrder}
            selected={selected}
            onToggle={toggle}
            onChanged={page.refetch}
          />
        )}
        {view === 'curves' && <CurvesView trainings={picked} metrics={keys.data?.metrics ?? []} />}
        {view === 'scatter' && (
          <ScatterView trainings={trainings} columns={columns} selected={selected} onToggle={toggle} />
        )}
        {view === 'parallel' && (
          <ParallelView trainings={trainings} columns={columns} selected={selected} onToggle={toggle} />
        )}
        {view === 'compare' && <DifferenceView experiment={id} trainings={picked} keys={keys.data} />}
      </div>
    </>
  );
}

function ParallelView({
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
  const axes = columns.filter((column) => trainings.some((training) => numberOf(training, column) !== undefined));
  if (axes.length < 2) return <EmptyState text={t.chooseColumns} />;
  return (
    <ParallelChart
      title={t.parallelTitle}
      height={parallelHeight}
      axes={axes.map(columnTitle)}
      lines={trainings.map((training) => ({
        id: training.id,
        label: training.name,
        values: axes.map((column) => numberOf(training, column)),
        strong: selected.includes(training.id),
      }))}
      onChoose={onToggle}
    />
  );
}
