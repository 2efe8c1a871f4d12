import { metricNames } from '../../../shared/model/metric-names.ts';
import { germanMetricNames } from '../german-metric-names.ts';
import { MessageMatcher } from '../message-matcher.ts';
import { engineMessages } from './engine-messages/engine-messages.ts';
import { texts } from './words.ts';

// What is said in German about node kinds and by the engine, loaded when the app speaks German.
export { germanErrorHelp } from './error-help.ts';
export { germanKinds } from './kinds.ts';
export { labels, options, texts } from './words.ts';

const metrics = Object.fromEntries(
  Object.entries(germanMetricNames).map(([id, german]) => [metricNames[id as keyof typeof metricNames], german]),
);

/** What the engine says. */
export const messages = new MessageMatcher(Object.values(engineMessages), { ...texts, ...metrics });
