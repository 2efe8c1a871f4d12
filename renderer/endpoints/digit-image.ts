export interface StrokePoint {
  /** 0 … 1 from left and from top of the pad. */
  x: number;
  y: number;
}

/** Points of one pen-down movement. */
export type Stroke = readonly StrokePoint[];

/** Side of the picture a model of handwritten digits takes, px. */
export const digitSide = 28;

/** Longest side of the ink within the picture, px: the rest is margin, as in MNIST. */
const inkSide = 20;

/** Half the width of the pen, px, and the soft edge around it. */
const penRadius = 1.25;
const edge = 0.9;

/** Ink smaller than this share of the pad is a dot and is not blown up. */
const dotShare = 0.08;

interface Segment {
  ax: number;
  ay: number;
  bx: number;
  by: number;
}

function distanceToSegment(x: number, y: number, { ax, ay, bx, by }: Segment): number {
  const dx = bx - ax;
  const dy = by - ay;
  const length = dx * dx + dy * dy;
  const at = length === 0 ? 0 : Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / length));
  return Math.hypot(x - ax - at * dx, y - ay - at * dy);
}

function segmentsOf(strokes: readonly Stroke[], scale: number, shiftX: number, shiftY: number): Segment[] {
  const segments: Segment[] = [];
  for (const stroke of strokes) {
    for (const [i, point] of stroke.entries()) {
      const from = stroke[i - 1] ?? point;
      if (i === 0 && stroke.length > 1) continue;
      segments.push({
        ax: from.x * scale + shiftX,
        ay: from.y * scale + shiftY,
        bx: point.x * scale + shiftX,
        by: point.y * scale + shiftY,
      });
    }
  }
  return segments;
}

/** Ink per pixel, 0 … 1, row by row; a pixel's value falls off over the soft edge of the nearest line. */
function rasterize(segments: readonly Segment[]): Float32Array {
  const pixels = new Float32Array(digitSide * digitSide);
  for (let row = 0; row < digitSide; row++) {
    for (let column = 0; column < digitSide; column++) {
      let nearest = Number.POSITIVE_INFINITY;
      for (const segment of segments) {
        nearest = Math.min(nearest, distanceToSegment(column + 0.5, row + 0.5, segment));
      }
      pixels[row * digitSide + column] = Math.max(0, Math.min(1, 0.5 + (penRadius - nearest) / edge));
    }
  }
  return pixels;
}

/** Centre of the ink in pixel units, undefined for an empty picture. */
export function centreOfMass(pixels: ArrayLike<number>): { x: number; y: number } | undefined {
  let mass = 0;
  let x = 0;
  let y = 0;
  for (let i = 0; i < digitSide * digitSide; i++) {
    const ink = pixels[i] ?? 0;
    mass += ink;
    x += ink * ((i % digitSide) + 0.5);
    y += ink * (Math.floor(i / digitSide) + 0.5);
  }
  return mass === 0 ? undefined : { x: x / mass, y: y / mass };
}

/**
 * Strokes as the 784 values of an MNIST picture: ink scaled so that its longest side is 20 px, antialiased, centred by
 * mass in 28 × 28, ink 1 on ground 0. All zeros without strokes.
 */
export function digitImage(strokes: readonly Stroke[]): number[] {
  const points = strokes.flat();
  if (points.length === 0) return new Array<number>(digitSide * digitSide).fill(0);
  const left = Math.min(...points.map((point) => point.x));
  const right = Math.max(...points.map((point) => point.x));
  const top = Math.min(...points.map((point) => point.y));
  const bottom = Math.max(...points.map((point) => point.y));
  const longest = Math.max(right - left, bottom - top);
  const scale = longest < dotShare ? inkSide : (inkSide - 2 * penRadius) / longest;
  const shiftX = digitSide / 2 - ((left + right) / 2) * scale;
  const shiftY = digitSide / 2 - ((top + bottom) / 2) * scale;
  const centred = segmentsOf(strokes, scale, shiftX, shiftY);
  const mass = centreOfMass(rasterize(centred));
  if (!mass) return new Array<number>(digitSide * digitSide).fill(0);
  const moved = segmentsOf(strokes, scale, shiftX + digitSide / 2 - mass.x, shiftY + digitSide / 2 - mass.y);
  return Array.from(rasterize(moved), (ink) => Math.round(ink * 1000) / 1000);
}
