import type { PixelShape } from '../../../shared/table/pixel-columns.ts';
import type { DecodedImage } from './decode-image.ts';

/** Luma of ITU-R BT.601, in thousandths. */
const [redShare, greenShare, blueShare] = [299, 587, 114];

interface Window {
  from: number;
  size: number;
}

/**
 * Pixels of an image in another shape: whole numbers from 0 to 255, all of one channel together, row by row. Each new
 * pixel is the mean of the old ones around it, weighted by a triangle as wide as the reduction (at least one old pixel).
 */
export function pixelsOf(image: DecodedImage, shape: PixelShape): Float32Array {
  const { width, height, channels, fit, background } = shape;
  const target = { x: { from: 0, size: width }, y: { from: 0, size: height } };
  const source = { x: { from: 0, size: image.width }, y: { from: 0, size: image.height } };
  const scale = { x: width / image.width, y: height / image.height };
  if (fit === 'contain') {
    const by = Math.min(scale.x, scale.y);
    target.x = centred(width, Math.max(1, Math.round(image.width * by)));
    target.y = centred(height, Math.max(1, Math.round(image.height * by)));
  } else if (fit === 'cover') {
    const by = Math.max(scale.x, scale.y);
    source.x = centred(image.width, width / by);
    source.y = centred(image.height, height / by);
  }
  const columns = weights(source.x, target.x.size, image.width);
  const rows = weights(source.y, target.y.size, image.height);
  const pixels = new Float32Array(channels * width * height).fill(background);
  const planes = planesOf(image, channels, background);
  for (const [channel, plane] of planes.entries()) {
    const narrowed = new Float64Array(image.height * target.x.size);
    for (let y = 0; y < image.height; y++) {
      for (const [x, { first, factors }] of columns.entries()) {
        let sum = 0;
        for (const [at, factor] of factors.entries()) sum += factor * (plane[y * image.width + first + at] ?? 0);
        narrowed[y * target.x.size + x] = sum;
      }
    }
    for (const [y, { first, factors }] of rows.entries()) {
      for (let x = 0; x < target.x.size; x++) {
        let sum = 0;
        for (const [at, factor] of factors.entries()) sum += factor * (narrowed[(first + at) * target.x.size + x] ?? 0);
        const to = (channel * height + target.y.from + y) * width + target.x.from + x;
        pixels[to] = Math.min(255, Math.max(0, Math.round(sum)));
      }
    }
  }
  return pixels;
}

function centred(whole: number, size: number): Window {
  const from = (whole - size) / 2;
  return { from: Number.isInteger(size) ? Math.floor(from) : from, size };
}

/** For each new place the old ones it is made of, with factors that sum to 1. */
function weights(source: Window, size: number, whole: number): { first: number; factors: Float64Array }[] {
  const step = source.size / size;
  const reach = Math.max(1, step);
  return Array.from({ length: size }, (_, at) => {
    const middle = source.from + (at + 0.5) * step;
    const first = Math.max(0, Math.floor(middle - reach));
    const end = Math.max(first + 1, Math.min(whole, Math.ceil(middle + reach)));
    const factors = Float64Array.from({ length: end - first }, (_item, offset) =>
      Math.max(0, 1 - Math.abs(first + offset + 0.5 - middle) / reach),
    );
    const sum = factors.reduce((total, factor) => total + factor, 0);
    return { first, factors: factors.map((factor) => (sum === 0 ? 1 / factors.length : factor / sum)) };
  });
}

/** The channels of an image before its background. */
function planesOf({ width, height, rgba }: DecodedImage, channels: 1 | 3, background: number): Float32Array[] {
  const count = width * height;
  const planes = Array.from({ length: channels }, () => new Float32Array(count));
  for (let pixel = 0; pixel < count; pixel++) {
    const at = pixel * 4;
    const [red, green, blue, alpha] = [
      rgba[at] ?? 0,
      rgba[at + 1] ?? 0,
      rgba[at + 2] ?? 0,
      (rgba[at + 3] ?? 255) / 255,
    ];
    const over = (value: number) => value * alpha + background * (1 - alpha);
    const [first, second, third] = planes;
    if (first === undefined) continue;
    if (second === undefined || third === undefined) {
      first[pixel] = over((redShare * red + greenShare * green + blueShare * blue) / 1000);
    } else {
      [first[pixel], second[pixel], third[pixel]] = [over(red), over(green), over(blue)];
    }
  }
  return planes;
}
