import type { TableCorrelation } from '../../shared/rpc/engine-contract.ts';
import { formatMetric } from '../ui/format.ts';
import { readableSoundingLevel } from './sounding.ts';
import './chart.css';
import { t } from './text.ts';

/** Pearson's r of each two columns: depth of the ramp is its size, the number says its sign. */
export function CorrelationMatrix({ columns, values }: Pick<TableCorrelation, 'columns' | 'values'>) {
  return (
    <table className={columns.length > 6 ? 'confusion dense' : 'confusion'}>
      <caption className="visually-hidden">{t.correlationMatrix}</caption>
      <thead>
        <tr>
          <th scope="col">r</th>
          {columns.map((name) => (
            <th key={name} scope="col" title={name}>
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {columns.map((name, row) => (
          <tr key={name}>
            <th scope="row" title={name}>
              {name}
            </th>
            {columns.map((other, column) => {
              const r = values[row]?.[column] ?? null;
              const text = r === null ? '–' : formatMetric(r);
              return (
                <td
                  key={other}
                  className={`depth-${readableSoundingLevel(r === null || row === column ? 0 : Math.abs(r))}`}
                  title={r === null ? t.noCorrelation(name, other) : t.correlationOf(name, other, text)}
                >
                  {text}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
