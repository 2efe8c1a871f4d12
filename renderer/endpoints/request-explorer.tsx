import { useState } from 'react';
import { type FoundRequests, mostExportedRequests } from '../../shared/rpc/engine-contract.ts';
import { saveFile } from '../charts/save-file.ts';
import { engine } from '../client/engine-client.ts';
import { useQuery } from '../client/use-query.ts';
import { Button } from '../ui/button.tsx';
import { formatCount, formatMoment, formatNumber } from '../ui/format.ts';
import { EmptyState, ErrorState, Skeleton } from '../ui/state-block.tsx';
import { showToast } from '../ui/toast.tsx';
import { OneRequest, shortText } from './one-request.tsx';
import { noFilters, outputName, RequestForm, type RequestFilters, searchOf } from './request-filters.tsx';
import { t } from './text.ts';
import { showError } from '../ui/show-error.ts';

type Found = FoundRequests['rows'][number];

const pageRows = 100;

interface ExplorerProps {
  endpointId: string;
  /** Puts the inputs of a request into the form. */
  onSendAgain: (values: Record<string, unknown>) => void;
}

/** Searches all that was logged of an endpoint, newest first; one request with all that went in and came out. */
export function RequestExplorer({ endpointId, onSendAgain }: ExplorerProps) {
  const [filters, setFilters] = useState(noFilters);
  const [page, setPage] = useState(0);
  const [open, setOpen] = useState<Found>();
  const key = `requests/${endpointId}/${page}/${JSON.stringify(filters)}`;
  const query = useQuery(key, (signal) => {
    const search = searchOf(filters, Date.now());
    return engine.endpoint.requests({ ...search, endpointId, limit: pageRows, offset: page * pageRows }, { signal });
  });
  const [last, setLast] = useState<FoundRequests>();
  if (query.data !== undefined && query.data !== last) setLast(query.data);
  const found = query.data ?? last;
  const change = (next: RequestFilters) => {
    setFilters(next);
    setPage(0);
  };
  return (
    <div className="endpoint-panel">
      <div className="panel-form">
        <RequestForm filters={filters} found={found} onChange={change} />
        <Button icon="reset" onClick={query.refetch}>
          {t.refresh}
        </Button>
        {found?.source === 'log' && (
          <Button icon="export" onClick={() => void saveRequests(endpointId, filters)}>
            {t.exportCsv}
          </Button>
        )}
      </div>
      {query.error && <ErrorState error={query.error} onRetry={query.refetch} />}
      {found === undefined ? (
        query.error === undefined && <Skeleton rows={6} waitsFor={t.theRequests} />
      ) : (
        <>
          <p className="mute small" role="status">
            {summaryOf(found)}
          </p>
          {found.rows.length === 0 ? (
            <EmptyState text={t.noRequests} />
          ) : (
            <FoundTable found={found} open={open} onOpen={setOpen} />
          )}
          <Pages page={page} matched={found.matched} onPage={setPage} />
          {open && <OneRequest found={found} request={open} onSendAgain={onSendAgain} />}
        </>
      )}
    </div>
  );
}

function summaryOf({ source, matched, searched, latency, leftOutFiles }: FoundRequests): string {
  const total = latency?.find(({ part }) => part === 'total');
  return [
    source === 'log'
      ? t.loggedOf(formatCount(matched), formatCount(searched))
      : t.foundOf(formatCount(matched), formatCount(searched)),
    ...(total === undefined ? [] : [t.tookMs(formatNumber(total.p50), formatNumber(total.p99))]),
    ...(leftOutFiles === 0 ? [] : [t.leftOut(formatCount(leftOutFiles))]),
  ].join(' ');
}

async function saveRequests(endpointId: string, filters: RequestFilters): Promise<void> {
  try {
    const search = searchOf(filters, Date.now());
    const { csv, rows } = await engine.endpoint.exportRequests({ ...search, endpointId, limit: mostExportedRequests });
    saveFile(`${endpointId.replaceAll('/', '-')}-requests.csv`, new Blob([csv], { type: 'text/csv' }));
    showToast({ text: t.exportedRows(formatCount(rows)) });
  } catch (error) {
    showError(error);
  }
}

interface PagesProps {
  page: number;
  matched: number;
  onPage: (page: number) => void;
}

function Pages({ page, matched, onPage }: PagesProps) {
  const pages = Math.ceil(matched / pageRows);
  if (pages < 2 && page === 0) return null;
  return (
    <nav className="request-pages" aria-label={t.pages}>
      <Button small disabled={page === 0} onClick={() => onPage(page - 1)}>
        {t.newer}
      </Button>
      <span className="mute small">{t.pageOf(formatCount(page + 1), formatCount(Math.max(1, pages)))}</span>
      <Button small disabled={page + 1 >= pages} onClick={() => onPage(page + 1)}>
        {t.older}
      </Button>
    </nav>
  );
}

interface FoundTableProps {
  found: FoundRequests;
  open: Found | undefined;
  onOpen: (request: Found) => void;
}

function FoundTable({ found, open, onOpen }: FoundTableProps) {
  const shown = found.outputs.slice(0, 2);
  const hasLabels = found.rows.some(({ label }) => label !== null);
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
            <th scope="col">{t.statusField}</th>
            <th scope="col" className="n">
              {t.ms}
            </th>
            {shown.map((output) => (
              <th key={output.name} scope="col">
                {outputName(output)}
              </th>
            ))}
            {hasLabels && <th scope="col">{t.reallyHappened}</th>}
          </tr>
        </thead>
        <tbody>
          {found.rows.map((row, index) => (
            // oxlint-disable-next-line react/no-array-index-key -- requests without an id have none
            <tr key={`${row.id}/${row.timeMs}/${index}`} className={row === open ? 'chosen' : undefined}>
              <td>
                <Button variant="link" onClick={() => onOpen(row)}>
                  {formatMoment(row.timeMs)}
                </Button>
              </td>
              <td className="mono clip" title={row.id}>
                {row.id === '' ? '–' : row.id}
              </td>
              <td className="n">{row.version}</td>
              <td className={row.error === null ? undefined : 'failed-count'} title={row.error ?? undefined}>
                {row.status}
              </td>
              <td className="n">{row.timing?.total == null ? '–' : formatNumber(row.timing.total)}</td>
              {shown.map(({ name }, i) => (
                <td key={name}>{row.error === null ? shortText(row.outputs[i]) : '–'}</td>
              ))}
              {hasLabels && <td>{row.label ?? '–'}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
