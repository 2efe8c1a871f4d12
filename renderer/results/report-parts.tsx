import type { EvaluationReport } from '../../shared/model/report.ts';
import { metricName } from '../translation/metric-names.ts';
import { LineChart } from '../charts/line-chart.tsx';
import { formatCount, formatMetric, formatPercent } from '../ui/format.ts';
import { Icon } from '../ui/icons/icon.tsx';
import { t } from './text.ts';

const shownSlices = 10;

/** Slices of the rows where the model is worst, by its inputs. */
export function SliceTable({ slices, loss }: { slices: NonNullable<EvaluationReport['slices']>; loss: string }) {
  return (
    <table className="list-table">
      <caption className="mute small">{t.slicesNote(loss)}</caption>
      <thead>
        <tr>
          <th scope="col">{t.slice}</th>
          <th scope="col" className="n">
            {t.rows}
          </th>
          <th scope="col" className="n">
            {t.lossHere}
          </th>
          <th scope="col" className="n">
            {t.lossElsewhere}
          </th>
          <th scope="col">
            <span className="visually-hidden">{t.verdict}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {slices.slice(0, shownSlices).map((slice) => (
          <tr key={`${slice.column} ${slice.value}`}>
            <td>
              <span className="mono">{slice.column}</span> {slice.value}
            </td>
            <td className="n">{formatCount(slice.rows)}</td>
            <td className="n">{formatMetric(slice.loss)}</td>
            <td className="n">{formatMetric(slice.otherLoss)}</td>
            <td>
              {slice.worse && (
                <>
                  <Icon name="stale" small /> {t.worse}
                </>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const shareOf = (value: number | null): string => (value === null ? '–' : formatPercent(value));

/** How each group of a column fares, and the gaps between them. */
export function FairnessTable({ fairness }: { fairness: NonNullable<EvaluationReport['fairness']> }) {
  const { gaps } = fairness;
  return (
    <table className="list-table">
      <thead>
        <tr>
          <th scope="col" className="mono">
            {fairness.column}
          </th>
          <th scope="col" className="n">
            {t.rows}
          </th>
          <th scope="col" className="n">
            {t.selected}
          </th>
          <th scope="col" className="n">
            {t.found}
          </th>
          <th scope="col" className="n">
            {t.falseAlarms}
          </th>
          <th scope="col" className="n">
            {t.right}
          </th>
        </tr>
      </thead>
      <tbody>
        {fairness.groups.map((group) => (
          <tr key={group.value}>
            <td>{group.value}</td>
            <td className="n">{formatCount(group.rows)}</td>
            <td className="n">{shareOf(group.selected)}</td>
            <td className="n">{shareOf(group.truePositiveRate)}</td>
            <td className="n">{shareOf(group.falsePositiveRate)}</td>
            <td className="n">{shareOf(group.accuracy)}</td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row" colSpan={2}>
            {t.largestGap}
          </th>
          <td className="n">{shareOf(gaps.selected)}</td>
          <td className="n">{shareOf(gaps.truePositiveRate)}</td>
          <td className="n">{shareOf(gaps.falsePositiveRate)}</td>
          <td className="n">{shareOf(gaps.accuracy)}</td>
        </tr>
      </tfoot>
    </table>
  );
}

/** The metrics beside those of a model without knowledge, and of another model on the same rows. */
export function ReferenceTable({ report }: { report: EvaluationReport }) {
  const { baseline, comparison, intervals, confidence } = report;
  const names = Object.keys(report.metrics).filter(
    (name) => name in (baseline?.metrics ?? {}) || name in (comparison?.metrics ?? {}) || name in (intervals ?? {}),
  );
  const figure = (value: number | undefined) => (value === undefined ? '–' : formatMetric(value));
  return (
    <>
      <table className="list-table">
        <thead>
          <tr>
            <th scope="col">{t.metric}</th>
            <th scope="col" className="n">
              {t.thisModel}
            </th>
            {intervals && (
              <th scope="col" className="n">
                {t.intervalOf(formatPercent(confidence ?? 0.95))}
              </th>
            )}
            {comparison && (
              <th scope="col" className="n">
                {t.otherModel}
              </th>
            )}
            {baseline && (
              <th scope="col" className="n">
                {t.withoutKnowledge}
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {names.map((name) => {
            const interval = intervals?.[name];
            return (
              <tr key={name}>
                <td>{metricName(name)}</td>
                <td className="n">{figure(report.metrics[name])}</td>
                {intervals && (
                  <td className="n">
                    {interval ? `${formatMetric(interval.low)} – ${formatMetric(interval.high)}` : '–'}
                  </td>
                )}
                {comparison && <td className="n">{figure(comparison.metrics[name])}</td>}
                {baseline && <td className="n">{figure(baseline.metrics[name])}</td>}
              </tr>
            );
          })}
        </tbody>
      </table>
      {comparison && <p className="small">{comparisonInWords(comparison.lossDifference)}</p>}
    </>
  );
}

function comparisonInWords({ mean, low, high }: { mean: number; low: number; high: number }): string {
  const range = `${formatMetric(low)} – ${formatMetric(high)}`;
  if (high < 0) return t.betterThanOther(formatMetric(-mean), range);
  return low > 0 ? t.worseThanOther(formatMetric(mean), range) : t.noDifference(range);
}

/** Of all positives, how many are among the rows with the highest scores. */
export function GainChart({ lift, height }: { lift: NonNullable<EvaluationReport['lift']>; height: number }) {
  const shares = [0, ...lift.map(({ share }) => share)];
  const tenth = lift.find(({ share }) => Math.abs(share - 0.1) < 1e-9);
  return (
    <LineChart
      title={t.gain}
      caption={tenth && t.firstTenth(formatPercent(tenth.gain), formatMetric(tenth.lift))}
      height={height}
      baseLabel={t.shareOfRows}
      valueFrom={0}
      valueTo={1}
      series={[
        { label: t.thisModel, tone: 'depth', x: shares, y: [0, ...lift.map(({ gain }) => gain)] },
        { label: t.atRandom, tone: 'ref', dashed: true, x: [0, 1], y: [0, 1] },
      ]}
    />
  );
}

/** The threshold that errors cost least at. */
export function CheapestThreshold({ choice }: { choice: NonNullable<EvaluationReport['cheapest']> }) {
  const costs = t.costsGiven(formatMetric(choice.falsePositiveCost), formatMetric(choice.falseNegativeCost));
  return (
    <>
      <p>
        {choice.threshold === null
          ? t.neverAct(formatMetric(choice.cost))
          : t.actFrom(formatMetric(choice.threshold), formatMetric(choice.cost))}
      </p>
      <p className="mute small">
        {costs} {t.costAtHalf(formatMetric(choice.costAtHalf))}
      </p>
    </>
  );
}
