/** Metrics of reports in words, with the unit where the number alone does not tell. */
export const metricNames = {
  rocAuc: 'ROC AUC',
  prAuc: 'PR AUC',
  logLoss: 'log loss',
  brier: 'Brier score',
  brierScore: 'Brier score',
  accuracy: 'accuracy',
  balancedAccuracy: 'balanced accuracy',
  precision: 'precision',
  recall: 'recall',
  specificity: 'specificity',
  averagePrecision: 'average precision',
  meanAveragePrecision: 'mean average precision',
  expectedCalibrationError: 'expected calibration error',
  f1: 'F1',
  macroF1: 'macro F1',
  rmse: 'RMSE, in units of the label',
  mae: 'MAE, in units of the label',
  r2: 'R²',
  mape: 'mean absolute error, %',
  hitRate: 'hit rate',
  meanReciprocalRank: 'mean reciprocal rank',
  ndcgAt5: 'NDCG at 5',
  ndcgAt10: 'NDCG at 10',
  silhouette: 'silhouette',
  outOfBagScore: 'out-of-bag score',
  worstSliceRatio: 'loss of the worst slice ÷ the rest',
  worseSlices: 'worse slices',
  modelBytes: 'model size, bytes',
  trainSeconds: 'training time, s',
  latencyP50Ms: 'latency p50, ms',
  latencyP99Ms: 'latency p99, ms',
} as const;

/** A metric in English words: `rocAuc` → `ROC AUC`, `myOwnFigure` → `my own figure`. */
export function metricWords(name: string): string {
  const known: Readonly<Record<string, string>> = metricNames;
  return Object.hasOwn(known, name) ? (known[name] ?? name) : name.replace(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase();
}
