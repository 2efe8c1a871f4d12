import { useEffect, useRef } from 'react';
import { t } from './text.ts';

/** Side of the picture a list of `size` numbers can be, px; undefined when it is none. */
export function pictureSide(size: number | undefined): number | undefined {
  const side = size === undefined ? Number.NaN : Math.sqrt(size);
  return Number.isInteger(side) && side >= 8 ? side : undefined;
}

/** A list of numbers as a grey picture, from its smallest (black) to its largest value (white). */
export function PictureCell({ values, side }: { values: readonly number[]; side: number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context) return;
    const pixels = context.createImageData(side, side);
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (const value of values) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    for (let i = 0; i < side * side; i++) {
      const ink = Math.round((255 * ((values[i] ?? low) - low)) / (high - low || 1));
      pixels.data.set([ink, ink, ink, 255], i * 4);
    }
    context.putImageData(pixels, 0, 0);
  }, [values, side]);
  return (
    <canvas
      ref={canvas}
      className="picture-cell"
      width={side}
      height={side}
      role="img"
      aria-label={t.pictureOfBy(side, side)}
    />
  );
}
