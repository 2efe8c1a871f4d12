import { useRef, useState } from 'react';
import { IconButton } from '../ui/button.tsx';
import { Menu } from '../ui/menu.tsx';
import { showToast } from '../ui/toast.tsx';
import { chartPng, standaloneSvg } from './chart-image.ts';
import { type ChartTable, chartCsv, chartFileName } from './chart-table.ts';
import { saveFile } from './save-file.ts';
import { t } from './text.ts';

interface ChartMenuProps {
  title: string;
  table: ChartTable;
  /** The picture as it is on the screen: an `svg`, or the element of a chart of HTML boxes. */
  drawing: () => Element | null | undefined;
  /** Where the chart can be shown as a table: whether it is, and the change. */
  asTable?: boolean;
  onTable?: (asTable: boolean) => void;
}

/** The menu of a chart: the table view, and the CSV, SVG and PNG files. */
export function ChartMenu({ title, table, drawing, asTable = false, onTable }: ChartMenuProps) {
  const [menu, setMenu] = useState<{ x: number; y: number }>();
  const button = useRef<HTMLSpanElement>(null);
  const name = chartFileName(title);

  function saveSvg() {
    const drawn = drawing();
    if (drawn) saveFile(`${name}.svg`, new Blob([standaloneSvg(drawn)], { type: 'image/svg+xml' }));
  }
  function savePng() {
    const drawn = drawing();
    if (!drawn) return;
    chartPng(drawn).then(
      (blob) => saveFile(`${name}.png`, blob),
      () => showToast({ text: t.imageNotMade, tone: 'failed' }),
    );
  }

  return (
    <>
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
      {menu && (
        <Menu
          label={t.tableAndFiles(title)}
          at={menu}
          onClose={() => setMenu(undefined)}
          entries={[
            ...(onTable
              ? ([
                  {
                    label: asTable ? t.showTheChart : t.showAsTable,
                    icon: asTable ? 'monitors' : 'table',
                    onSelect: () => onTable(!asTable),
                  },
                  'separator',
                ] as const)
              : []),
            {
              label: t.saveCsv,
              onSelect: () => saveFile(`${name}.csv`, new Blob([chartCsv(table)], { type: 'text/csv' })),
            },
            { label: t.saveSvg, disabled: asTable, onSelect: saveSvg },
            { label: t.savePng, disabled: asTable, onSelect: savePng },
          ]}
        />
      )}
    </>
  );
}
