import type { ExplainMethod, ScoreScale } from '../../shared/model/explanation-report.ts';
import { t } from './text.ts';

/** What contributions add up in, in words. */
export function scaleName(scale: ScoreScale): string {
  switch (scale) {
    case 'log-odds':
      return t.scaleLogOdds;
    case 'log':
      return t.scaleLog;
    case 'score':
      return t.scaleScore;
    case 'probability':
      return t.scaleProbability;
    case 'prediction':
      return t.scalePrediction;
  }
}

/** How contributions are found, in words. */
export function methodName(method: ExplainMethod): string {
  switch (method) {
    case 'tree':
      return t.methodTree;
    case 'linear':
      return t.methodLinear;
    case 'sampling':
      return t.methodSampling;
  }
}
