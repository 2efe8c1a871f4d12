import { type ReactNode, useState } from 'react';
import { ChartMenu } from './chart-menu.tsx';
import type { ChartCell, ChartTable } from './chart-table.ts';
import { formatReadout } from './tick-format.ts';
import { useWidth } from './use-width.ts';
import './chart.css';
import { t } from './text.ts';

interface ChartFrameProps {
  title: string;
  /** Title in mono: a column name. */
  mono?: boolean;
  caption?: ReactNode;
  legend?: ReactNode;
  /** Height of the plot, px; without one it is as high as what is in it. */
  height?: number;
  /** The numbers behind the picture, for the table view and CSV; also what a screen reader gets. */
  table: ChartTable;
  /** Draws the chart, an `svg` or HTML boxes, into `width` × `height` px. */
  children: (width: number) => ReactNode;
}

function cellText(cell: ChartCell): string {
  if (cell === null) return '–';
  return typeof cell === 'number' ? formatReadout(cell, 4) : String(cell);
}

function ChartTableView({ table, title }: { table: ChartTable; title: string }) {
  return (
    // Scrolls by keyboard, so it takes focus.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className="chart-table" role="region" aria-label={t.table(title)} tabIndex={0}>
      <table className="list-table">
        <thead>
          <tr>
            {table.columns.map((column, index) => (
              <th key={column} scope="col" className={typeof table.rows[0]?.[index] === 'number' ? 'n' : undefined}>
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.slice(0, 500).map((row, index) => (
            // oxlint-disable-next-line react/no-array-index-key -- rows of a chart have no identity but their place
            <tr key={index}>
              {row.map((cell, column) => (
                <td key={table.columns[column]} className={typeof cell === 'number' ? 'n' : undefined}>
                  {cellText(cell)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {table.rows.length > 500 && <p className="mute small">{t.first500(table.rows.length)}</p>}
    </div>
  );
}

/** Head of a chart: title, caption, legend, and a menu with the table view and the CSV, SVG and PNG files. */
export function ChartFrame({ title, mono = false, caption, legend, height, table, children }: ChartFrameProps) {
  const [plot, width] = useWidth<HTMLDivElement>();
  const [asTable, setAsTable] = useState(false);
  return (
    <figure className="chart">
      <header>
        <h3 className={mono ? 'mono' : undefined}>{title}</h3>
        {caption && <span className="mute small clip">{caption}</span>}
        <span className="grow" />
        {!asTable && legend}
        <ChartMenu
          title={title}
          table={table}
          drawing={() => plot.current?.querySelector(':scope > svg') ?? plot.current}
          asTable={asTable}
          onTable={setAsTable}
        />
      </header>
      <div ref={plot} className="chart-plot" style={height === undefined ? undefined : { height }}>
        {asTable ? <ChartTableView table={table} title={title} /> : width > 0 && children(width)}
      </div>
    </figure>
  );
}
