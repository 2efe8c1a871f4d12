import { useEffect, useRef, useState } from 'react';
import type { WireError } from '../../shared/errors/app-error.ts';
import type { TablePage } from '../../shared/rpc/engine-contract.ts';
import type { Column } from '../../shared/table/schema.ts';
import { useConnection } from '../client/connection-store.ts';
import { engine } from '../client/engine-client.ts';
import { toEngineError } from '../client/engine-error.ts';
import { pageOffsets } from './row-window.ts';

const pageRows = 200;
const keptPages = 60;
const settleMs = 50;

export interface TableQuery {
  digest: string;
  sort: { column: string; descending: boolean } | undefined;
  filter: { column: string; contains: string } | undefined;
}

export interface TablePages {
  columns: readonly Column[];
  /** Rows that pass the filter; undefined until the first page is there. */
  total: number | undefined;
  /** Undefined while its page is under way. */
  rowAt: (index: number) => readonly unknown[] | undefined;
  error: WireError | undefined;
  loading: boolean;
}

/** Rows of a table read in pages around rows `first` … `end`; sorted and filtered by the engine. */
export function useTablePages(query: TableQuery | undefined, first: number, end: number): TablePages {
  const epoch = useConnection((connection) => connection.epoch);
  const key = query === undefined ? undefined : JSON.stringify(query);
  const pages = useRef(new Map<number, TablePage>());
  const [state, setState] = useState<{
    key: string | undefined;
    columns: readonly Column[];
    total: number | undefined;
    error: WireError | undefined;
    version: number;
  }>({ key: undefined, columns: [], total: undefined, error: undefined, version: 0 });
  const pending = useRef(new Map<number, AbortController>());
  const latest = useRef(query);
  latest.current = query;
  const loadedKey = useRef<string | undefined>(undefined);

  const low = pageOffsets(first, Math.max(end, first + 1), pageRows);
  const wanted = low.join(',');

  // oxlint-disable-next-line react-hooks/exhaustive-deps -- epoch asks again for pages that failed while offline
  useEffect(() => {
    const current = latest.current;
    if (key === undefined || current === undefined) return;
    if (loadedKey.current !== key) {
      for (const abort of pending.current.values()) abort.abort();
      pending.current.clear();
      pages.current.clear();
      loadedKey.current = key;
      // Columns and total of the same table stay while it is sorted anew, so that the grid does not jump.
      setState((before) => ({ ...before, key, error: undefined, version: before.version + 1 }));
    }
    const offsets = wanted.split(',').map(Number);
    for (const [offset, abort] of pending.current) {
      if (!offsets.includes(offset)) {
        abort.abort();
        pending.current.delete(offset);
      }
    }
    const timer = setTimeout(() => {
      for (const offset of offsets) {
        if (pages.current.has(offset) || pending.current.has(offset)) continue;
        const abort = new AbortController();
        pending.current.set(offset, abort);
        engine.artifact
          .page(
            {
              digest: current.digest,
              offset,
              limit: pageRows,
              ...(current.sort ? { sort: current.sort } : {}),
              ...(current.filter ? { filter: [current.filter] } : {}),
            },
            { signal: abort.signal },
          )
          .then(
            (page) => {
              pending.current.delete(offset);
              if (abort.signal.aborted) return;
              pages.current.set(offset, page);
              for (const old of pages.current.keys()) {
                if (pages.current.size <= keptPages) break;
                pages.current.delete(old);
              }
              setState((before) => ({
                key,
                columns: page.columns,
                total: page.total,
                error: undefined,
                version: before.version + 1,
              }));
            },
            (error: unknown) => {
              pending.current.delete(offset);
              if (!abort.signal.aborted) setState((before) => ({ ...before, key, error: toEngineError(error) }));
            },
          );
      }
    }, settleMs);
    return () => clearTimeout(timer);
  }, [key, wanted, epoch]);

  useEffect(
    () => () => {
      for (const abort of pending.current.values()) abort.abort();
      pending.current.clear();
      loadedKey.current = undefined;
    },
    [],
  );

  const current = state.key === key;
  const rowAt = (index: number) => {
    const offset = Math.floor(index / pageRows) * pageRows;
    return pages.current.get(offset)?.rows[index - offset];
  };
  return {
    columns: state.columns,
    total: current ? state.total : undefined,
    rowAt,
    error: current ? state.error : undefined,
    loading: key !== undefined && (!current || (state.total === undefined && state.error === undefined)),
  };
}
