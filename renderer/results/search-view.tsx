import { useState } from 'react';
import type { RunningSearch, SearchReport } from '../../shared/model/search-report.ts';
import { metricName } from '../translation/metric-names.ts';
import { BarList } from '../charts/bar-list.tsx';
import { LineChart } from '../charts/line-chart.tsx';
import { ParallelChart } from '../charts/parallel-chart.tsx';
import { formatCount, formatMetric, formatPercent, localDigits } from '../ui/format.ts';
import { t } from './text.ts';

type Trial = RunningSearch['trials'][number];

const chartHeight = 230;
const shownTrials = 12;

/** Better first; trials without a value, or that break constraints, last. */
function ranked({ trials, direction }: RunningSearch): Trial[] {
  const lossOf = (trial: Trial) => (direction === 'minimize' ? (trial.value ?? 0) : -(trial.value ?? 0));
  return trials
    .filter((trial) => trial.state === 'complete' && trial.value !== undefined)
    .toSorted((a, b) => (a.violation ?? 0) - (b.violation ?? 0) || lossOf(a) - lossOf(b) || a.number - b.number);
}

/** Best value up to each trial. */
function bestSoFar({ trials, direction }: RunningSearch): (number | null)[] {
  let best: number | null = null;
  return trials.map(({ state, value, violation }) => {
    if (state === 'complete' && value !== undefined && violation === undefined) {
      const isBetter: boolean = best === null || (direction === 'minimize' ? value < best : value > best);
      if (isBetter) best = value;
    }
    return best;
  });
}

/** Numbers on an axis as they are; choices by their place among those that were tried. */
function axisValues(trials: readonly Trial[], name: string): (number | undefined)[] {
  const values = trials.map(({ params }) => params[name]);
  if (values.every((value) => value === undefined || typeof value === 'number'))
    return values as (number | undefined)[];
  const seen = [...new Set(values.filter((value) => value !== undefined).map((value) => JSON.stringify(value)))].sort();
  return values.map((value) => (value === undefined ? undefined : seen.indexOf(JSON.stringify(value))));
}

function paramText(value: unknown): string {
  return typeof value === 'number'
    ? localDigits(String(Number(value.toPrecision(3))))
    : typeof value === 'string'
      ? value
      : JSON.stringify(value);
}

/** Trials of a search, while it runs and afterwards: values in their order, parallel coordinates, importance, the best ones. */
export function SearchView({ search, importance }: { search: RunningSearch; importance?: SearchReport['importance'] }) {
  const [chosen, setChosen] = useState<string>();
  const { trials, metric } = search;
  const best = ranked(search);
  const withValue = trials.filter(({ value }) => value !== undefined);
  const names = [...new Set(trials.flatMap(({ params }) => Object.keys(params)))];
  const axes = names.map((name) => axisValues(withValue, name));
  const strong = chosen ?? String(best[0]?.number);
  const numbers = trials.map(({ number }) => number + 1);
  const count = (state: Trial['state']) => trials.filter((trial) => trial.state === state).length;
  return (
    <div className="dock-scroll result-view">
      <div className="metric-row">
        {best[0] && (
          <div className="metric">
            <b>{formatMetric(best[0].value as number)}</b>
            <span>{t.bestOf(metricName(metric))}</span>
          </div>
        )}
        {(['complete', 'pruned', 'failed', 'running'] as const)
          .filter((state) => count(state) > 0)
          .map((state) => (
            <div key={state} className="metric">
              <b>{formatCount(count(state))}</b>
              <span>{t.trialStates[state]}</span>
            </div>
          ))}
      </div>
      <div className="result-parts">
        {withValue.length > 0 && (
          <section>
            <LineChart
              title={t.trialsByOrder}
              caption={metricName(metric)}
              baseLabel={t.trial}
              wholeBase
              height={chartHeight}
              series={[
                {
                  label: t.value,
                  tone: 'ref',
                  points: true,
                  x: numbers,
                  y: trials.map(({ value }) => value ?? null),
                },
                { label: t.bestSoFar, tone: 'now', x: numbers, y: bestSoFar(search) },
              ]}
            />
          </section>
        )}
        {importance && importance.length > 0 && (
          <section>
            <BarList
              title={t.parameterImportance}
              mono
              labelWidth="minmax(60px, 130px)"
              bars={importance.map(({ parameter, value }) => ({
                label: parameter,
                share: value / Math.max(1e-12, importance[0]?.value ?? 1),
                value,
                text: formatPercent(value),
              }))}
            />
            <p className="mute small">{t.parameterImportanceNote}</p>
          </section>
        )}
        {withValue.length > 1 && names.length > 0 && (
          <section className="wide">
            <ParallelChart
              title={t.parallelCoordinates}
              axes={[...names, metricName(metric)]}
              lines={withValue.map((trial, row) => ({
                id: String(trial.number),
                label: t.trialNumber(trial.number + 1),
                values: [...axes.map((values) => values[row]), trial.value],
                strong: String(trial.number) === strong,
              }))}
              height={chartHeight}
              onChoose={setChosen}
            />
          </section>
        )}
        {best.length > 0 && (
          <section className="wide">
            <h3>{t.bestTrials}</h3>
            <table className="list-table">
              <thead>
                <tr>
                  <th scope="col" className="n">
                    {t.trial}
                  </th>
                  <th scope="col" className="n">
                    {metricName(metric)}
                  </th>
                  {names.map((name) => (
                    <th key={name} scope="col" className="mono">
                      {name}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {best.slice(0, shownTrials).map((trial) => (
                  <tr key={trial.number} aria-current={String(trial.number) === strong}>
                    <td className="n">{trial.number + 1}</td>
                    <td className="n">{formatMetric(trial.value as number)}</td>
                    {names.map((name) => (
                      <td key={name} className="mono">
                        {trial.params[name] === undefined ? '–' : paramText(trial.params[name])}
                      </td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </section>
        )}
      </div>
    </div>
  );
}
