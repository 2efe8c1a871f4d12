import { implementNode } from '../../../shared/node/runner.ts';
import { fitNetwork } from '../../lib/fit-network.ts';
import { runTrainer } from '../../lib/run-trainer.ts';
import { mlpNode } from './definition.ts';

export const runner = implementNode(mlpNode, {
  run: (ctx) => runTrainer(ctx, mlpNode.kind, (given) => fitNetwork({ ...given, params: ctx.params })),
});
