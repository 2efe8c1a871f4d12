import { useState } from 'react';
import type { Training } from '../../shared/rpc/experiment-schemas.ts';
import { engine } from '../client/engine-client.ts';
import { navigate } from '../state/ui-store.ts';
import { IconButton } from '../ui/button.tsx';
import { TextInput } from '../ui/field.tsx';
import { formatCount, formatDuration, formatMetric, formatRelative } from '../ui/format.ts';
import { EmptyState } from '../ui/state-block.tsx';
import { t } from './text.ts';
import { cellOf, type ColumnId, columnTitle } from './training-columns.ts';

interface TrainingTableProps {
  trainings: readonly Training[];
  total: number;
  offset: number;
  pageRows: number;
  onOffset: (offset: number) => void;
  columns: readonly ColumnId[];
  order: { column: string; descending: boolean } | undefined;
  onOrder: (order: { column: string; descending: boolean }) => void;
  selected: readonly string[];
  onToggle: (id: string) => void;
  /** A note was written or a training taken off. */
  onChanged: () => void;
}

function stateWord(status: Training['status']): string {
  switch (status) {
    case 'RUNNING':
      return t.running;
    case 'SCHEDULED':
      return t.scheduled;
    case 'FINISHED':
      return t.finished;
    case 'FAILED':
      return t.failed;
    case 'KILLED':
      return t.killed;
  }
}

export function TrainingTable(props: TrainingTableProps) {
  const { trainings, total, offset, pageRows, columns, order, selected } = props;
  if (trainings.length === 0) return <EmptyState text={t.nothingMatches} />;
  const head = (column: string, label: string, mono: boolean) => {
    const sorted = order?.column === column;
    return (
      <th
        key={column}
        scope="col"
        className="n"
        {...(sorted ? { 'aria-sort': order.descending ? ('descending' as const) : ('ascending' as const) } : {})}
      >
        <button
          type="button"
          className={mono ? 'sort-button mono' : 'sort-button'}
          title={t.sortBy(label)}
          onClick={() => props.onOrder({ column, descending: sorted ? !order.descending : true })}
        >
          {label}
          {sorted && (order.descending ? ' ↓' : ' ↑')}
        </button>
      </th>
    );
  };
  return (
    <>
      <table className="list-table">
        <thead>
          <tr>
            <th scope="col">
              <span className="visually-hidden">{t.compare}</span>
            </th>
            <th scope="col">{t.training}</th>
            {columns.map((column) => head(column, columnTitle(column), true))}
            {head('start_time', t.started, false)}
            <th scope="col" className="n">
              {t.took}
            </th>
            <th scope="col">{t.note}</th>
            <th scope="col">
              <span className="visually-hidden">{t.remove}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {trainings.map((training) => (
            <tr key={training.id}>
              <td>
                <input
                  type="checkbox"
                  aria-label={t.select(`${training.name} ${training.id.slice(0, 4)}`)}
                  checked={selected.includes(training.id)}
                  onChange={() => props.onToggle(training.id)}
                />
              </td>
              <td>
                {training.name} <span className="mute small">{stateWord(training.status)}</span>
              </td>
              {columns.map((column) => {
                const cell = cellOf(training, column);
                return (
                  <td key={column} className="n" title={cell === undefined ? undefined : String(cell)}>
                    {cell === undefined ? '–' : typeof cell === 'number' ? formatMetric(cell) : cell.slice(0, 40)}
                  </td>
                );
              })}
              <td className="n">{formatRelative(training.startMs)}</td>
              <td className="n">{training.endMs === null ? '–' : formatDuration(training.endMs - training.startMs)}</td>
              <td>
                <NoteCell key={training.note} training={training} onChanged={props.onChanged} />
              </td>
              <td className="row-actions">
                {training.runId !== null && (
                  <IconButton
                    icon="runs"
                    small
                    label={t.openRun}
                    onClick={() => navigate('runs', training.runId ?? '')}
                  />
                )}
                <IconButton
                  icon="trash"
                  small
                  label={t.remove}
                  onClick={() => void engine.experiment.remove({ training: training.id }).then(props.onChanged)}
                />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="pager">
        <IconButton
          icon="left"
          label={t.earlier}
          disabled={offset === 0}
          onClick={() => props.onOffset(Math.max(0, offset - pageRows))}
        />
        {t.page(formatCount(offset + 1), formatCount(offset + trainings.length), formatCount(total))}
        <IconButton
          icon="right"
          label={t.later}
          disabled={offset + pageRows >= total}
          onClick={() => props.onOffset(offset + pageRows)}
        />
      </p>
    </>
  );
}

/** Kept when the field is left. */
function NoteCell({ training, onChanged }: { training: Training; onChanged: () => void }) {
  const [note, setNote] = useState(training.note);
  return (
    <TextInput
      className="note-input"
      aria-label={t.noteOf(training.name)}
      value={note}
      onChange={setNote}
      onBlur={() => {
        if (note !== training.note) void engine.experiment.setNote({ training: training.id, note }).then(onChanged);
      }}
    />
  );
}
