import { gatherFacts } from '../../readiness/gather-facts.ts';
import { readinessOf } from '../../readiness/readiness.ts';
import { unseenNodes } from '../../trust/require-trust.ts';
import { rpc } from '../rpc-base.ts';
import { baseDirOf } from './graph.ts';

export const readinessHandlers = {
  get: rpc.readiness.get.handler(async ({ input, context, signal }) =>
    readinessOf(
      await gatherFacts(context.engine, input.document, {
        baseDir: baseDirOf(context, input.path),
        unseen: await unseenNodes(context.trust, input),
        ...(signal === undefined ? {} : { signal }),
      }),
    ),
  ),
};
