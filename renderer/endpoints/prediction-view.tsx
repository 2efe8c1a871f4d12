import type { ClassLabel, Task } from '../../shared/model/signature.ts';
import { BarList } from '../charts/bar-list.tsx';
import { formatDuration, formatFixed, formatFull, formatNumber } from '../ui/format.ts';
import type { Prediction } from './use-prediction.ts';
import { t } from './text.ts';

interface PredictionViewProps {
  task: Task;
  /** Column the model predicts. */
  label: string;
  prediction: Prediction;
  durationMs: number | undefined;
}

function classText(label: ClassLabel | null): string {
  return label === true ? t.yes : label === false ? t.no : label === null ? '–' : String(label);
}

/** Score as `45 %`, with a decimal near the ends, where it matters. */
export function scoreText(score: number): string {
  const percent = score * 100;
  if (percent > 0 && percent < 1) return percent < 0.1 ? `< ${formatFixed(0.1, 1)} %` : `${formatFixed(percent, 1)} %`;
  if (percent > 99 && percent < 100)
    return percent > 99.9 ? `> ${formatFixed(99.9, 1)} %` : `${formatFixed(percent, 1)} %`;
  return `${Math.round(percent)} %`;
}

/** The answer large, its scores as bars. */
export function PredictionView({ task, label, prediction, durationMs }: PredictionViewProps) {
  const took =
    durationMs === undefined ? '' : durationMs < 10 ? `${formatFixed(durationMs, 1)} ms` : formatDuration(durationMs);
  if (task === 'regression') {
    return (
      <div className="prediction">
        {prediction.value === null ? (
          <b>–</b>
        ) : (
          <b title={formatFull(prediction.value)}>{formatNumber(prediction.value)}</b>
        )}
        <div>
          <div className="headline">
            <span className="mono">{label}</span>
            <span className="mute small num">{took}</span>
          </div>
          {prediction.value === null && <span className="mute small">{t.noPrediction}</span>}
          {prediction.interval?.lower != null && prediction.interval.upper !== null && (
            <span className="mute small num">
              {t.between(formatNumber(prediction.interval.lower), formatNumber(prediction.interval.upper))}
            </span>
          )}
        </div>
      </div>
    );
  }
  const positive = task === 'binary' ? prediction.scores.at(-1) : undefined;
  if (positive) {
    return (
      <div className="prediction">
        <b title={formatFull(positive.score)}>{scoreText(positive.score)}</b>
        <div>
          <div className="headline">
            <strong>
              {label} = {classText(prediction.label)}
            </strong>
            <span className="mute small num">{took}</span>
          </div>
          <div
            className="gauge"
            role="meter"
            aria-valuemin={0}
            aria-valuemax={1}
            aria-valuenow={positive.score}
            aria-label={t.probabilityOf(classText(positive.label))}
          >
            <i style={{ '--level': `${positive.score * 100}%` }} />
            <s />
          </div>
          <div className="gauge-ends mute">
            <span>{classText(prediction.scores[0]?.label ?? null)}</span>
            <span>{t.threshold50}</span>
            <span>{classText(positive.label)}</span>
          </div>
        </div>
      </div>
    );
  }
  const best = prediction.scores.find((entry) => entry.label === prediction.label);
  return (
    <>
      <div className="prediction">
        <b>{classText(prediction.label)}</b>
        <div>
          <div className="headline">
            <strong>
              {label}, {best ? scoreText(best.score) : ''}
            </strong>
            <span className="mute small num">{took}</span>
          </div>
        </div>
      </div>
      <BarList
        title={t.scoresByClass}
        labelWidth="minmax(20px, max-content)"
        bars={prediction.scores.slice(0, 24).map((entry) => ({
          label: classText(entry.label),
          share: entry.score,
          value: entry.score,
          text: scoreText(entry.score),
          strong: entry.label === prediction.label,
          tone: entry.label === prediction.label ? ('now' as const) : ('ref' as const),
        }))}
      />
    </>
  );
}
