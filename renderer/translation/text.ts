import { metricNames } from '../../shared/model/metric-names.ts';
import { germanMetricNames } from './german-metric-names.ts';
import { defineText } from './define-text.ts';

export const t = defineText(
  {
    metrics: metricNames,
    inCrossValidation: (metric: string | number) => `${metric}, cross-validated`,
  },
  {
    metrics: germanMetricNames,
    inCrossValidation: (metric) => `${metric}, kreuzvalidiert`,
  },
);
