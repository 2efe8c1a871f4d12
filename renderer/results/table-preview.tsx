import { type KeyboardEvent, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { ColumnProfile } from '../../shared/rpc/engine-contract.ts';
import type { Column } from '../../shared/table/schema.ts';
import { ErrorState, Skeleton } from '../ui/state-block.tsx';
import { formatCell, fullCell } from './cell-format.ts';
import { ColumnHeader } from './column-header.tsx';
import { PictureCell, pictureSide } from './picture-cell.tsx';
import { clampTop, rowWindow, topOfScroll, trackScroll } from './row-window.ts';
import { type TableQuery, useTablePages } from './use-table-pages.ts';
import { t } from './text.ts';
import { EngineError } from '../ui/engine-text.tsx';

const rowPx = 24;
const headPx = 72;

const widths: Record<Column['type'], number> = {
  bool: 84,
  int64: 96,
  float64: 96,
  string: 128,
  timestamp: 142,
  tensor: 168,
  other: 140,
};

function columnWidth(column: Column): number {
  return Math.max(widths[column.type], Math.min(220, column.name.length * 7.2 + 52));
}

interface TablePreviewProps {
  query: TableQuery;
  onSort: (column: string) => void;
  profiles: ReadonlyMap<string, ColumnProfile>;
  labels: ReadonlySet<string>;
  /** Says which part is on screen: first and last row, from 1, and the number of rows. */
  onShown: (shown: { first: number; last: number; total: number } | undefined) => void;
}

/** A grid over a table of any length: rows come from the engine page by page as they scroll into view. */
export function TablePreview({ query, onSort, profiles, labels, onShown }: TablePreviewProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ width: 0, height: 240 });
  const [topPx, setTopPx] = useState(0);
  const known = useRef(0);

  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const measure = () =>
      setView({ width: element.clientWidth, height: Math.max(rowPx, element.clientHeight - headPx) });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const size = { viewportPx: view.height, rowPx, total: known.current };
  const shown = rowWindow({ ...size, topPx });
  const pages = useTablePages(query, shown.first, shown.end);
  if (pages.total !== undefined) known.current = pages.total;
  const input = { viewportPx: view.height, rowPx, total: known.current };
  const { first, end, trackPx, offsetPx } = rowWindow({ ...input, topPx });
  const shortened = trackPx < known.current * rowPx;

  // Another table starts at its top; another order of the same table too.
  const key = JSON.stringify(query);
  useLayoutEffect(() => {
    setTopPx(0);
    if (scroller.current && key !== '') scroller.current.scrollTop = 0;
  }, [key]);

  const firstShown = known.current === 0 ? 0 : Math.floor(clampTop(topPx, input) / rowPx) + 1;
  const lastShown = Math.max(
    firstShown,
    Math.min(known.current, Math.floor((clampTop(topPx, input) + view.height) / rowPx)),
  );
  const total = pages.total;
  useEffect(() => {
    onShown(total === undefined ? undefined : { first: firstShown, last: lastShown, total });
  }, [firstShown, lastShown, total, onShown]);

  function goTo(next: number) {
    const top = clampTop(next, input);
    setTopPx(top);
    if (scroller.current) scroller.current.scrollTop = trackScroll(top, input);
  }

  // On a shortened track one wheel step would skip rows, so it moves the position itself.
  const goToLatest = useRef(goTo);
  goToLatest.current = goTo;
  const topLatest = useRef(topPx);
  topLatest.current = topPx;
  useEffect(() => {
    const element = scroller.current;
    if (!element || !shortened) return;
    const onWheel = (event: WheelEvent) => {
      if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) return;
      event.preventDefault();
      goToLatest.current(topLatest.current + event.deltaY * (event.deltaMode === 1 ? rowPx : 1));
    };
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => element.removeEventListener('wheel', onWheel);
  }, [shortened]);

  function onKeyDown(event: KeyboardEvent) {
    const page = view.height - rowPx;
    const steps: Record<string, number> = {
      ArrowDown: topPx + rowPx,
      ArrowUp: topPx - rowPx,
      PageDown: topPx + page,
      PageUp: topPx - page,
      Home: 0,
      End: known.current * rowPx,
    };
    const next = steps[event.key];
    if (next === undefined || event.target !== event.currentTarget) return;
    event.preventDefault();
    goTo(next);
  }

  const { columns } = pages;
  const numberWidth = Math.max(34, String(known.current).length * 7 + 16);
  const used = columns.reduce((sum, column) => sum + columnWidth(column), numberWidth);
  const stretch = used < view.width && columns.length > 0 ? (view.width - numberWidth) / (used - numberWidth) : 1;
  const template = `${numberWidth}px ${columns.map((column) => `${Math.floor(columnWidth(column) * stretch)}px`).join(' ')}`;

  if (pages.error && columns.length === 0) return <ErrorState error={pages.error} />;
  return (
    <div
      ref={scroller}
      className="data-grid"
      role="grid"
      aria-label={t.rowsOfTheTable}
      aria-rowcount={known.current}
      aria-colcount={columns.length}
      tabIndex={0}
      onKeyDown={onKeyDown}
      onScroll={(event) => {
        const { scrollTop } = event.currentTarget;
        if (Math.abs(scrollTop - trackScroll(topPx, input)) > 1) setTopPx(topOfScroll(scrollTop, input));
      }}
    >
      {columns.length === 0 ? (
        <Skeleton rows={6} waitsFor={t.theTable} />
      ) : (
        <div className="grid-inner" style={{ minWidth: used }}>
          <div className="grid-row head" role="row" style={{ gridTemplateColumns: template, height: headPx }}>
            <span role="columnheader" className="corner" aria-label={t.rowNumber} />
            {columns.map((column) => {
              const sorted =
                query.sort?.column === column.name ? (query.sort.descending ? 'descending' : 'ascending') : undefined;
              return (
                <div key={column.name} role="columnheader" aria-sort={sorted ?? 'none'}>
                  <ColumnHeader
                    column={column}
                    profile={profiles.get(column.name)}
                    isLabel={labels.has(column.name)}
                    sorted={sorted}
                    onSort={() => onSort(column.name)}
                  />
                </div>
              );
            })}
          </div>
          {pages.error && (
            <p className="grid-problem" role="alert">
              <EngineError error={pages.error} />
            </p>
          )}
          {known.current === 0 && total === 0 && (
            <p className="grid-none">{query.filter ? t.noRowsPass : t.noRowsSentence}</p>
          )}
          <div style={{ height: trackPx, position: 'relative' }}>
            <div style={{ position: 'absolute', top: 0, left: 0, right: 0, transform: `translateY(${offsetPx}px)` }}>
              {Array.from({ length: Math.max(0, end - first) }, (_, i) => {
                const index = first + i;
                const row = pages.rowAt(index);
                return (
                  <div
                    key={index}
                    className="grid-row"
                    role="row"
                    aria-rowindex={index + 1}
                    style={{ gridTemplateColumns: template, height: rowPx }}
                  >
                    <span className="corner num">{index + 1}</span>
                    {columns.map((column, at) => {
                      if (!row)
                        return <span key={column.name} role="gridcell" className="wait" aria-label={t.loading} />;
                      const value = row[at];
                      const side = column.type === 'tensor' ? pictureSide(column.size) : undefined;
                      if (side !== undefined && Array.isArray(value)) {
                        return (
                          <span key={column.name} role="gridcell">
                            <PictureCell values={value as number[]} side={side} />
                          </span>
                        );
                      }
                      const cell = formatCell(value, column);
                      return (
                        <span key={column.name} role="gridcell" className={cell.kind} title={fullCell(value)}>
                          {cell.text}
                        </span>
                      );
                    })}
                  </div>
                );
              })}
            </div>
          </div>
        </div>
      )}
    </div>
  );
}
