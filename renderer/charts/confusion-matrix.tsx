import { formatCount, formatPercent } from '../ui/format.ts';
import { ChartFrame } from './chart-frame.tsx';
import { readableSoundingLevel } from './sounding.ts';
import './chart.css';
import { t } from './text.ts';

interface ConfusionMatrixProps {
  title: string;
  classes: readonly string[];
  /** Row = true class, column = predicted class. */
  counts: readonly (readonly number[])[];
}

/** Counts with their share of the true class; depth of the ramp is the share, the diagonal is outlined. */
export function ConfusionMatrix({ title, classes, counts }: ConfusionMatrixProps) {
  const dense = classes.length > 6;
  return (
    <ChartFrame
      title={title}
      table={{
        columns: [t.truePredicted, ...classes],
        rows: classes.map((name, row) => [name, ...classes.map((_, column) => counts[row]?.[column] ?? 0)]),
      }}
    >
      {() => (
        <table className={dense ? 'confusion dense' : 'confusion'}>
          <caption className="visually-hidden">{t.confusionMatrix}</caption>
          <thead>
            <tr>
              <td className="axis-title">{t.truePredicted}</td>
              {classes.map((name) => (
                <th key={name} scope="col" title={name}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {classes.map((name, row) => {
              const line = counts[row] ?? [];
              const total = line.reduce((sum, count) => sum + count, 0);
              return (
                <tr key={name}>
                  <th scope="row" title={name}>
                    {name}
                  </th>
                  {classes.map((predicted, column) => {
                    const count = line[column] ?? 0;
                    const share = total === 0 ? 0 : count / total;
                    return (
                      <td
                        key={predicted}
                        className={`depth-${readableSoundingLevel(share)}${row === column ? ' right' : ''}`}
                        title={t.predictedAsRows(name, predicted, formatCount(count), formatPercent(share))}
                      >
                        {formatCount(count)}
                        {!dense && <small>{formatPercent(share)}</small>}
                      </td>
                    );
                  })}
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
    </ChartFrame>
  );
}
