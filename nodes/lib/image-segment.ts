import type { Segment } from '../../main/compute/nn/network.ts';
import { AppError } from '../../shared/errors/app-error.ts';
import type { FeatureColumn } from '../../shared/model/signature.ts';

export interface ImageSegment {
  /** Name of the feature the convolutions see. */
  feature: string;
  segment: Extract<Segment, { type: 'image' }>;
}

interface ImageParams {
  input: string;
  layout: 'image' | 'sequence';
  channels: number;
  height: number;
  convolutions: readonly number[];
  kernel: number;
}

/** Which feature is the image, and its layers. Errors: `params.invalid` when its width does not fit. */
export function imageSegment(features: readonly FeatureColumn[], params: ImageParams): ImageSegment {
  const { input, channels, kernel } = params;
  const feature =
    input === ''
      ? features.reduce((widest, candidate) => (candidate.width > widest.width ? candidate : widest))
      : features.find(({ name }) => name === input);
  if (feature === undefined) {
    throw new AppError('params.invalid', `There is no feature “${input}”.`, {
      fix: `Choose one of: ${features
        .map(({ name }) => name)
        .slice(0, 20)
        .join(', ')}.`,
      details: { field: 'input' },
    });
  }
  const area = feature.width / channels;
  const isSequence = params.layout === 'sequence';
  const height = isSequence ? 1 : params.height > 0 ? params.height : Math.round(Math.sqrt(area));
  const width = area / height;
  if (!Number.isInteger(area) || !Number.isInteger(width) || width < 2) {
    const shape = isSequence ? `${channels} channels` : `${channels} × ${height} × columns`;
    throw new AppError(
      'params.invalid',
      `The feature “${feature.name}” has ${feature.width} values per row, which are no ${isSequence ? 'sequence' : 'image'} of ${shape}.`,
      { fix: 'Set channels and height to those of the data.', details: { field: isSequence ? 'channels' : 'height' } },
    );
  }
  let [tall, wide] = [height, width];
  const layers = params.convolutions.map((made) => {
    // A side too small to be halved stays.
    const pool: [number, number] = [tall >= 2 ? 2 : 1, wide >= 2 ? 2 : 1];
    [tall, wide] = [Math.floor(tall / pool[0]), Math.floor(wide / pool[1])];
    return { channels: made, kernel: [isSequence ? 1 : kernel, kernel] as [number, number], pool };
  });
  return { feature: feature.name, segment: { type: 'image', channels, height, width, layers } };
}
