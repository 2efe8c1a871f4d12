import { implementNode } from '../../../shared/node/runner.ts';
import { runFeatureStep } from '../../lib/feature-step.ts';
import { datetimeNode, refuseDatetime } from './definition.ts';
import { lowerDatetime } from './lower.ts';
import { zoneOffsets } from './time-zone.ts';

export const runner = implementNode(datetimeNode, {
  run: (ctx) => {
    const { timeZone } = ctx.params;
    const zone = timeZone === 'UTC' ? undefined : zoneOffsets(timeZone);
    return runFeatureStep(ctx, {
      rule: { field: 'columns', columns: ctx.params.columns, refuse: refuseDatetime },
      lower: (builder, source) => lowerDatetime(builder, source, { ...ctx.params, zone }),
    });
  },
});
