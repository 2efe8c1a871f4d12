import { useState } from 'react';
import type { FoundRequests, RequestSearch } from '../../shared/rpc/engine-contract.ts';
import { engine } from '../client/engine-client.ts';
import { useQuery } from '../client/use-query.ts';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { formatClock, formatCount, formatNumber } from '../ui/format.ts';
import { Segmented } from '../ui/segmented.tsx';
import { Select } from '../ui/select.tsx';
import { EmptyState, ErrorState, Skeleton } from '../ui/state-block.tsx';
import { t } from './text.ts';

type Found = FoundRequests['rows'][number];
type Compare = NonNullable<RequestSearch['compare']>;

const shownRows = 100;

const comparisons = (): { value: Compare; label: string }[] => [
  { value: 'is', label: t.is },
  { value: 'is-not', label: t.isNot },
  { value: 'below', label: t.below },
  { value: 'above', label: t.above },
  { value: 'missing', label: t.isMissing },
];

const periods = ['all', '1', '15', '60'] as const;
type Period = (typeof periods)[number];

interface ExplorerProps {
  endpointId: string;
  /** Puts the inputs of a request into the form. */
  onSendAgain: (values: Record<string, unknown>) => void;
}

/** Searches the newest answered requests; one of them with all that went in and came out. */
export function RequestExplorer({ endpointId, onSendAgain }: ExplorerProps) {
  const [id, setId] = useState('');
  const [column, setColumn] = useState('');
  const [compare, setCompare] = useState<Compare>('is');
  const [value, setValue] = useState('');
  const [period, setPeriod] = useState<Period>('all');
  const [open, setOpen] = useState<Found>();
  const search = {
    ...(id.trim() === '' ? {} : { id: id.trim() }),
    ...(column === '' ? {} : { column, compare, value }),
    limit: shownRows,
  };
  const key = `requests/${endpointId}/${period}/${JSON.stringify(search)}`;
  const query = useQuery(key, (signal) => {
    const fromMs = period === 'all' ? 0 : Date.now() - Number(period) * 60_000;
    return engine.endpoint.requests({ ...search, endpointId, fromMs }, { signal });
  });
  const [last, setLast] = useState<FoundRequests>();
  if (query.data !== undefined && query.data !== last) setLast(query.data);
  const found = query.data ?? last;
  const columns = found === undefined ? [] : [...found.inputs, ...found.outputs];
  return (
    <div className="endpoint-panel">
      <div className="panel-form">
        <Field label={t.searchId}>
          {(ids) => <input {...ids} className="input" value={id} onChange={(event) => setId(event.target.value)} />}
        </Field>
        <Field label={t.column}>
          {(ids) => (
            <Select
              {...ids}
              value={column}
              options={[{ value: '', label: t.anyColumn }, ...columns.map((name) => ({ value: name, label: name }))]}
              onChange={setColumn}
            />
          )}
        </Field>
        {column !== '' && (
          <>
            <Field label={t.comparison}>
              {(ids) => <Select {...ids} value={compare} options={comparisons()} onChange={setCompare} />}
            </Field>
            {compare !== 'missing' && (
              <Field label={t.value}>
                {(ids) => (
                  <input {...ids} className="input" value={value} onChange={(event) => setValue(event.target.value)} />
                )}
              </Field>
            )}
          </>
        )}
        <Segmented
          label={t.since}
          value={period}
          options={periods.map((each) => ({ value: each, label: each === 'all' ? t.allTime : t.minutesBack(each) }))}
          onChange={setPeriod}
        />
        <Button icon="reset" onClick={query.refetch}>
          {t.refresh}
        </Button>
      </div>
      {query.error && <ErrorState error={query.error} onRetry={query.refetch} />}
      {found === undefined ? (
        query.error === undefined && <Skeleton rows={6} waitsFor={t.theRequests} />
      ) : (
        <>
          <p className="mute small" role="status">
            {t.foundOf(formatCount(found.matched), formatCount(found.searched))}
          </p>
          {found.rows.length === 0 ? (
            <EmptyState text={t.noRequests} />
          ) : (
            <FoundTable found={found} open={open} onOpen={setOpen} />
          )}
          {open && <OneRequest found={found} request={open} onSendAgain={onSendAgain} />}
        </>
      )}
    </div>
  );
}

interface FoundTableProps {
  found: FoundRequests;
  open: Found | undefined;
  onOpen: (request: Found) => void;
}

function FoundTable({ found, open, onOpen }: FoundTableProps) {
  return (
    // Scrolls by keyboard, so it takes focus.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className="request-rows" role="region" aria-label={t.requestsTab} tabIndex={0}>
      <table className="list-table">
        <thead>
          <tr>
            <th scope="col">{t.time}</th>
            <th scope="col">{t.id}</th>
            <th scope="col" className="n">
              {t.version}
            </th>
            {found.outputs.slice(0, 2).map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {found.rows.map((row, index) => (
            // oxlint-disable-next-line react/no-array-index-key -- requests without an id have none
            <tr key={`${row.id}/${index}`} className={row === open ? 'chosen' : undefined}>
              <td>
                <Button variant="link" onClick={() => onOpen(row)}>
                  {formatClock(row.timeMs)}
                </Button>
              </td>
              <td className="mono clip">{row.id === '' ? '–' : row.id}</td>
              <td className="n">{row.version}</td>
              {found.outputs.slice(0, 2).map((name, i) => (
                <td key={name}>{shortText(row.outputs[i])}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function textOf(value: string | number | null | undefined): string {
  return value === null || value === undefined ? t.missing : String(value);
}

function shortText(value: string | number | null | undefined): string {
  return typeof value === 'number' ? formatNumber(value) : textOf(value);
}

interface OneRequestProps {
  found: FoundRequests;
  request: Found;
  onSendAgain: (values: Record<string, unknown>) => void;
}

function OneRequest({ found, request, onSendAgain }: OneRequestProps) {
  const values = Object.fromEntries(found.inputs.map((name, i) => [name, request.inputs[i] ?? null]));
  return (
    <section className="one-request">
      <h3 className="cell-title mono">{request.id === '' ? formatClock(request.timeMs) : request.id}</h3>
      <div className="two-facts">
        <Facts title={t.inputsOf} names={found.inputs} values={request.inputs} />
        <Facts title={t.outputsOf} names={found.outputs} values={request.outputs} />
      </div>
      <Button icon="play" onClick={() => onSendAgain(values)}>
        {t.sendAgain}
      </Button>
    </section>
  );
}

function Facts({ title, names, values }: { title: string; names: readonly string[]; values: Found['inputs'] }) {
  return (
    <dl className="facts" aria-label={title}>
      {names.map((name, i) => (
        <div key={name} style={{ display: 'contents' }}>
          <dt className="mono">{name}</dt>
          <dd>{textOf(values[i])}</dd>
        </div>
      ))}
    </dl>
  );
}
