import type { EvaluationReport } from '../../shared/model/report.ts';
import { metricName } from '../translation/metric-names.ts';
import { CalibrationChart } from '../charts/calibration-chart.tsx';
import { formatCount, formatMetric, formatPercent } from '../ui/format.ts';
import { t } from './text.ts';

/** Metrics of each fold, their mean and interval. */
export function FoldTable({ given }: { given: NonNullable<EvaluationReport['crossValidation']> }) {
  const { folds, summary, confidence, nested } = given;
  const names = Object.keys(summary);
  const figure = (value: number | undefined) => (value === undefined ? '–' : formatMetric(value));
  return (
    <table className="list-table">
      <caption className="mute small">
        {t.foldsNote(formatPercent(confidence))} {nested && t.nestedNote}
      </caption>
      <thead>
        <tr>
          <th scope="col">{t.metric}</th>
          <th scope="col" className="n">
            {t.mean}
          </th>
          <th scope="col" className="n">
            {t.intervalOf(formatPercent(confidence))}
          </th>
          {folds.map((fold, i) => (
            <th
              key={String(i)}
              scope="col"
              className="n"
              title={t.foldRows(formatCount(fold.train), formatCount(fold.validation))}
            >
              {t.fold(i + 1)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {names.map((name) => (
          <tr key={name}>
            <th scope="row">{metricName(name)}</th>
            <td className="n">{figure(summary[name]?.mean)}</td>
            <td className="n">
              {figure(summary[name]?.low)} – {figure(summary[name]?.high)}
            </td>
            {folds.map((fold, i) => (
              <td key={String(i)} className="n">
                {figure(fold.metrics[name])}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Reliability of the same rows before and after a calibration. */
export function CalibratedParts({
  given,
  height,
}: {
  given: NonNullable<EvaluationReport['calibrated']>;
  height: number;
}) {
  const rows = [
    [t.logLoss, given.before.logLoss, given.after.logLoss],
    [metricName('brierScore'), given.before.brierScore, given.after.brierScore],
    [
      metricName('expectedCalibrationError'),
      given.before.expectedCalibrationError,
      given.after.expectedCalibrationError,
    ],
  ] as const;
  return (
    <>
      <section>
        <h3>{t.before}</h3>
        <CalibrationChart bins={given.before.bins} height={height} />
      </section>
      <section>
        <h3>{t.after(given.method)}</h3>
        <CalibrationChart bins={given.after.bins} height={height} />
      </section>
      <section>
        <table className="list-table">
          <caption className="mute small">{t.calibratedNote}</caption>
          <thead>
            <tr>
              <th scope="col">{t.metric}</th>
              <th scope="col" className="n">
                {t.before}
              </th>
              <th scope="col" className="n">
                {t.afterWord}
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map(([name, before, after]) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td className="n">{formatMetric(before)}</td>
                <td className="n">{formatMetric(after)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </>
  );
}
