import { fileDigest } from '../../../main/compute/paths/file-digest.ts';
import { resolveInFolder } from '../../../main/compute/paths/resolve-in-folder.ts';
import { implementNode } from '../../../shared/node/runner.ts';
import { runFeatureStep } from '../../lib/feature-step.ts';
import { refuseWords } from '../text/definition.ts';
import { tokenizeNode } from './definition.ts';
import { lowerTokens } from './lower.ts';
import { readVocabulary, vocabularyFiles } from './read-vocabulary.ts';

export const runner = implementNode(tokenizeNode, {
  async run(ctx) {
    const { column, path, length } = ctx.params;
    const vocabulary = await readVocabulary(await resolveInFolder(path, ctx.baseDir, vocabularyFiles));
    return runFeatureStep(ctx, {
      rule: { field: 'column', columns: [column], refuse: refuseWords },
      lower: (builder, source) => lowerTokens(builder, source, vocabulary, length),
    });
  },

  probe: async ({ params, baseDir, signal }) =>
    fileDigest(await resolveInFolder(params.path, baseDir, vocabularyFiles), signal),
});
