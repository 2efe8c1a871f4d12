import type { InputColumn } from '../../../shared/model/signature.ts';

/** Numbers of a tensor from which on they are taken for a picture, not for a short vector. */
const minimumPicture = 64;

export const pictureFigures = ['brightness', 'contrast', 'detail'] as const;

/** Name of a figure of a picture column. */
export function pictureColumn(name: string, figure: (typeof pictureFigures)[number]): string {
  return `${name} · ${figure}`;
}

/** Whether a tensor input is compared by the figures of a picture. */
export function isPicture({ type, size = 1 }: Pick<InputColumn, 'type' | 'size'>): boolean {
  return type === 'tensor' && size >= minimumPicture;
}

/** The figures of one picture, in the order of `pictureFigures`. */
export function pictureOf(values: ArrayLike<number>, from: number, size: number): [number, number, number] {
  let sum = 0;
  let squares = 0;
  let steps = 0;
  for (let i = 0; i < size; i++) {
    const value = Number(values[from + i]);
    sum += value;
    squares += value * value;
    if (i > 0) steps += Math.abs(value - Number(values[from + i - 1]));
  }
  const mean = sum / size;
  return [mean, Math.sqrt(Math.max(0, squares / size - mean * mean)), steps / Math.max(1, size - 1)];
}
