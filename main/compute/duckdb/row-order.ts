import { type DuckDbOptions, withDuckDb } from './connection.ts';
import { type SharedWork, startSharedWork } from './shared-work.ts';

/** Ordinals of rows in a file, in the order and with the filter of a grid. */
export type RowOrder = Uint32Array;

/** Tables with more rows are sorted anew for each page. */
export const mostOrderedRows = 50_000_000;
/** 4 bytes each. */
const keptRows = mostOrderedRows;
/** After the last page that was asked for. */
const forgetAfterMs = 5 * 60_000;
const firstCapacity = 65_536;

/** Keeps what was sorted last, so that scrolling through a sorted table of millions of rows sorts once. */
export interface RowOrders {
  /** `key` names table, order and filter; `query` gives one column of ordinals. Rejects when the signal aborts first. */
  get(key: string, query: string, options: DuckDbOptions): Promise<RowOrder>;
}

export function createRowOrders(): RowOrders {
  const known = new Map<string, { work: SharedWork<RowOrder> /** Known once it is read. */; rows: number }>();

  function start(key: string, query: string, options: DuckDbOptions) {
    const forget = () => {
      if (known.get(key) === entry) known.delete(key);
    };
    const work = startSharedWork(async (signal) => {
      try {
        const order = await readOrder(query, { ...options, signal });
        entry.rows = order.length;
        dropOldest(key);
        return order;
      } catch (error) {
        forget();
        throw error;
      }
    }, forget);
    const entry = { work, rows: 0 };
    return entry;
  }

  function dropOldest(latest: string): void {
    let kept = [...known.values()].reduce((sum, { rows }) => sum + rows, 0);
    for (const [key, { rows }] of known) {
      if (kept <= keptRows || key === latest) break;
      known.delete(key);
      kept -= rows;
    }
  }

  let timer: NodeJS.Timeout | undefined;
  const forgetLater = () => {
    clearTimeout(timer);
    timer = setTimeout(() => known.clear(), forgetAfterMs);
    timer.unref();
  };

  return {
    get(key, query, options) {
      forgetLater();
      const entry = known.get(key) ?? start(key, query, options);
      // The latest used goes last.
      known.delete(key);
      known.set(key, entry);
      return entry.work.wait(options.signal);
    },
  };
}

async function readOrder(query: string, options: DuckDbOptions): Promise<RowOrder> {
  return withDuckDb(options, async (db) => {
    const result = await db.stream(query);
    let order = new Uint32Array(firstCapacity);
    let rows = 0;
    for (;;) {
      const chunk = await result.fetchChunk();
      if (chunk === null || chunk.rowCount === 0) break;
      if (rows + chunk.rowCount > order.length) {
        const larger = new Uint32Array(order.length * 2);
        larger.set(order);
        order = larger;
      }
      for (const ordinal of chunk.getColumnValues(0)) order[rows++] = Number(ordinal);
    }
    return order.slice(0, rows);
  });
}
