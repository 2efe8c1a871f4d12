import { fitNetwork } from '../../lib/fit-network.ts';
import { imageSegment } from '../../lib/image-segment.ts';
import { runTrainer } from '../../lib/run-trainer.ts';
import { implementNode } from '../../../shared/node/runner.ts';
import { cnnNode } from './definition.ts';

export const runner = implementNode(cnnNode, {
  run: (ctx) =>
    runTrainer(ctx, cnnNode.kind, (given) =>
      fitNetwork({ ...given, params: ctx.params, image: imageSegment(given.features, ctx.params) }),
    ),
});
