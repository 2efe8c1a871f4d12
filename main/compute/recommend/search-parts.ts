import { addFeatures, finishModel, outputClasses } from '../onnx/append-model.ts';
import { createGraphBuilder } from '../onnx/graph-builder.ts';
import type { MergedPipeline } from '../onnx/merge-pipelines.ts';
import { addLiked, addRanking, type RecommendModel } from './recommend-model.ts';

/**
 * What stands before and behind the search of a recommendation. `profile`: raw columns → `liked` INT64 [N, slots] and
 * `profile` FP64 [N, width]; `ranking`: `nearest` INT64 and `nearness` FP64 [N, candidates] → the outputs of the model.
 */
export async function searchParts(
  model: RecommendModel,
  pipeline: MergedPipeline,
  names: readonly string[],
): Promise<{ profile: Uint8Array; ranking: Uint8Array; inputs: string[] }> {
  const before = createGraphBuilder('profile');
  const values = addLiked(before.scope('model'), addFeatures(before, pipeline), model);
  before.output('liked', values.liked, 'INT64', ['N', model.slots.length]);
  before.output('profile', values.profile, 'FP64', ['N', model.width]);
  const profile = await finishModel(before, pipeline.inputs);

  const behind = createGraphBuilder('ranking');
  const nearest = behind.input('nearest', 'INT64', ['N', model.candidates]);
  const nearness = behind.input('nearness', 'FP64', ['N', model.candidates]);
  const scores = addRanking(behind.scope('model'), { nearest, nearness }, model);
  outputClasses(behind, scores, { classes: names, labelType: 'string' });
  const ranking = await finishModel(behind, []);
  return { profile: profile.bytes, ranking: ranking.bytes, inputs: profile.inputs.map(({ name }) => name) };
}
