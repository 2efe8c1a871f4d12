import { type ReactNode, useRef, useState } from 'react';
import { IconButton } from '../ui/button.tsx';
import { Menu } from '../ui/menu.tsx';
import { showToast } from '../ui/toast.tsx';
import { chartPng, standaloneSvg } from './chart-image.ts';
import { type ChartCell, type ChartTable, chartCsv, chartFileName } from './chart-table.ts';
import { saveFile } from './save-file.ts';
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
  /** Height of the plot, px. */
  height: number;
  /** The numbers behind the picture, for the table view and CSV; also what a screen reader gets. */
  table: ChartTable;
  /** Draws the chart, an `svg` among it, into `width` × `height` px. */
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
  const [menu, setMenu] = useState<{ x: number; y: number }>();
  const button = useRef<HTMLSpanElement>(null);
  const name = chartFileName(title);
  const svg = () => plot.current?.querySelector('svg');

  function saveSvg() {
    const drawing = svg();
    if (drawing) saveFile(`${name}.svg`, new Blob([standaloneSvg(drawing)], { type: 'image/svg+xml' }));
  }
  function savePng() {
    const drawing = svg();
    if (!drawing) return;
    chartPng(drawing).then(
      (blob) => saveFile(`${name}.png`, blob),
      () => showToast({ text: t.imageNotMade, tone: 'failed' }),
    );
  }

  return (
    <figure className="chart">
      <header>
        <h3 className={mono ? 'mono' : undefined}>{title}</h3>
        {caption && <span className="mute small clip">{caption}</span>}
        <span className="grow" />
        {!asTable && legend}
        <span ref={button} className="chart-menu">
          <IconButton
            icon="more"
            small
            label={t.tableAndFiles(title)}
            aria-haspopup="menu"
            onClick={() => {
              const box = button.current?.firstElementChild?.firstElementChild?.getBoundingClientRect();
              setMenu(box ? { x: box.right - 176, y: box.bottom + 2 } : { x: 0, y: 0 });
            }}
          />
        </span>
      </header>
      <div ref={plot} className="chart-plot" style={{ height }}>
        {asTable ? <ChartTableView table={table} title={title} /> : width > 0 && children(width)}
      </div>
      {menu && (
        <Menu
          label={t.tableAndFiles(title)}
          at={menu}
          onClose={() => setMenu(undefined)}
          entries={[
            {
              label: asTable ? t.showTheChart : t.showAsTable,
              icon: asTable ? 'monitors' : 'table',
              onSelect: () => setAsTable(!asTable),
            },
            'separator',
            {
              label: t.saveCsv,
              onSelect: () => saveFile(`${name}.csv`, new Blob([chartCsv(table)], { type: 'text/csv' })),
            },
            { label: t.saveSvg, disabled: asTable, onSelect: saveSvg },
            { label: t.savePng, disabled: asTable, onSelect: savePng },
          ]}
        />
      )}
    </figure>
  );
}
