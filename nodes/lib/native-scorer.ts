import { decodeClusters, scoreClusters } from '../../main/compute/cluster/cluster-model.ts';
import { decodeForecast, scoreForecast } from '../../main/compute/forecast/forecast-model.ts';
import { decodeLinear, scoreLinear } from '../../main/compute/linear/native-linear.ts';
import { decodeNetwork, scoreNetwork } from '../../main/compute/nn/native-network.ts';
import { createAdoptedScorer, decodeAdopted } from '../../main/compute/onnx/adopted-model.ts';
import { decodeRecommend, scoreRecommendations } from '../../main/compute/recommend/recommend-model.ts';
import { createForestScorer, decodeForest } from '../../main/compute/trees/forest.ts';
import { decodeTrees } from '../../main/compute/trees/native-format.ts';
import { createTreeScorer } from '../../main/compute/trees/predict.ts';
import { calibrateScores } from '../../main/compute/calibration/calibrate-scores.ts';
import { AppError } from '../../shared/errors/app-error.ts';
import type { ModelManifest } from '../../shared/model/signature.ts';

/** A trained model evaluated by its trainer's own code, without ONNX: the other side of the parity gate. */
export interface NativeScorer {
  /**
   * @param features column-major float32 [rows, width]: the outputs of the merged pipeline, in the manifest's order
   * @returns row-major: class probabilities [rows, classes], or predictions [rows, 1]
   */
  score(features: Float32Array, rows: number): Float32Array | Promise<Float32Array>;
}

/**
 * Reads a `native.bin` with the code of the trainer that wrote it; scores are calibrated where the model is. Errors:
 * `artifact.corrupt`, `internal.bug`.
 */
export function loadNativeScorer(
  { trainer, calibration }: Pick<ModelManifest, 'trainer' | 'calibration'>,
  native: Uint8Array,
): NativeScorer {
  const scorer = loadTrainerScorer({ trainer }, native);
  if (calibration === undefined) return scorer;
  return {
    score: async (features, rows) => calibrateScores(calibration, await scorer.score(features, rows), rows),
  };
}

function loadTrainerScorer(manifest: Pick<ModelManifest, 'trainer'>, native: Uint8Array): NativeScorer {
  switch (manifest.trainer.kind) {
    case 'train.anomaly':
    case 'train.trees':
      return createTreeScorer(decodeTrees(native));
    case 'train.forest':
      return createForestScorer(decodeForest(native));
    case 'train.linear': {
      const model = decodeLinear(native);
      return { score: (features, rows) => scoreLinear(model, features, rows) };
    }
    case 'train.cnn':
    case 'train.mlp': {
      const network = decodeNetwork(native);
      return { score: (features, rows) => scoreNetwork(network, features, rows) };
    }
    case 'train.cluster': {
      const model = decodeClusters(native);
      return { score: (features, rows) => scoreClusters(model, features, rows) };
    }
    case 'train.forecast': {
      const model = decodeForecast(native);
      return { score: (features, rows) => scoreForecast(model, features, rows) };
    }
    case 'train.recommend': {
      const model = decodeRecommend(native);
      return { score: (features, rows) => scoreRecommendations(model, features, rows) };
    }
    case 'train.ray':
      return manifest.trainer.params['trainer'] === 'torch'
        ? createAdoptedScorer(decodeAdopted(native))
        : createTreeScorer(decodeTrees(native));
    case 'train.onnx':
    case 'train.python':
      return createAdoptedScorer(decodeAdopted(native));
    default:
      throw new AppError('internal.bug', `No native scorer reads models of ${manifest.trainer.kind}.`);
  }
}
