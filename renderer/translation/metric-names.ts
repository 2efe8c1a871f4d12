import { metricWords } from '../../shared/model/metric-names.ts';
import { t } from './text.ts';

const crossValidated = 'cv.';

/** A metric in words, with its unit where the number alone does not tell: `rocAuc` → `ROC AUC`, `latencyP99Ms` → `latency p99, ms`. */
export function metricName(name: string): string {
  if (name.startsWith(crossValidated)) return t.inCrossValidation(metricName(name.slice(crossValidated.length)));
  const known: Readonly<Record<string, string>> = t.metrics;
  return Object.hasOwn(known, name) ? (known[name] ?? name) : metricWords(name);
}
