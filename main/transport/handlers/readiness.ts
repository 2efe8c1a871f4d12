import { gatherFacts } from '../../readiness/gather-facts.ts';
import { readinessOf } from '../../readiness/readiness.ts';
import { rpc } from '../rpc-base.ts';
import { baseDirOf } from './graph.ts';

export const readinessHandlers = {
  get: rpc.readiness.get.handler(async ({ input, context, signal }) =>
    readinessOf(
      await gatherFacts(context.engine, input.document, {
        baseDir: baseDirOf(context, input.path),
        ...(signal === undefined ? {} : { signal }),
      }),
    ),
  ),
};
