import type { LoggedTiming } from '../../shared/rpc/engine-contract.ts';
import { formatNumber, formatPlural } from '../ui/format.ts';
import { t } from './text.ts';

/** What the run took beside the model itself: putting the batch together, and the way to the worker and back. */
type Part = 'body' | 'prepare' | 'features' | 'queue' | 'batching' | 'model' | 'rest';

/** Parts of the time of a request that follow each other, in their order; together the whole. */
export function timeParts(timing: LoggedTiming): { part: Part; ms: number }[] {
  const { body, prepare, features, queue, run, model, total } = timing;
  const known = (body ?? 0) + (prepare ?? 0) + (features ?? 0) + (queue ?? 0) + (run ?? 0);
  const parts: { part: Part; ms: number | null }[] = [
    { part: 'body', ms: body },
    { part: 'prepare', ms: prepare },
    { part: 'features', ms: features },
    { part: 'queue', ms: queue },
    { part: 'batching', ms: run === null || model === null ? null : Math.max(0, run - model) },
    { part: 'model', ms: model },
    { part: 'rest', ms: total === null ? null : Math.max(0, total - known) },
  ];
  return parts.flatMap(({ part, ms }) => (ms === null || ms <= 0 ? [] : [{ part, ms }]));
}

/** Where the time of a request went: a bar of its parts, and each in words. */
export function TimingBar({ timing, batchRows }: { timing: LoggedTiming; batchRows?: number | null }) {
  const parts = timeParts(timing);
  const sum = parts.reduce((total, { ms }) => total + ms, 0);
  if (sum === 0) return null;
  const words: Record<Part, string> = {
    body: t.timeBody,
    prepare: t.timePrepare,
    features: t.timeFeatures,
    queue: t.timeQueue,
    batching: t.timeBatching,
    model: t.timeModel,
    rest: t.timeRest,
  };
  return (
    <div className="timing">
      <div className="timing-bar" aria-hidden="true">
        {parts.map(({ part, ms }) => (
          <i key={part} className={`timing-${part}`} style={{ width: `${(ms / sum) * 100}%` }} />
        ))}
      </div>
      <ul className="timing-parts" aria-label={t.whereTimeWent}>
        {parts.map(({ part, ms }) => (
          <li key={part}>
            <i className={`timing-${part}`} aria-hidden="true" />
            {words[part]} <span className="num">{t.inMs(formatNumber(ms))}</span>
          </li>
        ))}
        {batchRows != null && <li className="mute">{t.batchOf(formatNumber(batchRows))}</li>}
      </ul>
      {timing.steps !== undefined && (
        <ol className="timing-steps" aria-label={t.steps}>
          {timing.steps.map((step) => (
            <li key={step.name}>
              <span className="mono">{step.name}</span> <span className="num">{t.inMs(formatNumber(step.run))}</span>{' '}
              <span className="mute">
                {t.stepDetail(formatNumber(step.queue), formatPlural(step.rows, 'row'), formatNumber(step.batchRows))}
              </span>
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}
