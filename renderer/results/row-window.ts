/** Elements taller than this lose precision or are cut by browsers; longer tables scroll on a shortened track. */
export const longestTrackPx = 12_000_000;

export interface RowWindow {
  /** First row drawn and one past the last. */
  first: number;
  end: number;
  /** Height of the scrolled content, px. */
  trackPx: number;
  /** Where the first row sits within the track, px. */
  offsetPx: number;
}

interface WindowInput {
  /** Position in a track that is as long as the rows, px; 0 … total × rowPx − viewportPx. */
  topPx: number;
  viewportPx: number;
  rowPx: number;
  total: number;
  /** Rows drawn beyond each edge. */
  overscan?: number;
}

export function trackHeight(total: number, rowPx: number): number {
  return Math.min(longestTrackPx, total * rowPx);
}

/** Keeps a position inside the rows. */
export function clampTop(topPx: number, input: { viewportPx: number; rowPx: number; total: number }): number {
  return Math.max(0, Math.min(topPx, input.total * input.rowPx - input.viewportPx));
}

/** Scroll offset of the shortened track that shows position `topPx`. */
export function trackScroll(topPx: number, input: { viewportPx: number; rowPx: number; total: number }): number {
  const full = input.total * input.rowPx - input.viewportPx;
  const track = trackHeight(input.total, input.rowPx) - input.viewportPx;
  return full <= 0 ? 0 : topPx * (track / full);
}

/** The position that a scroll offset of the shortened track stands for. */
export function topOfScroll(scrollPx: number, input: { viewportPx: number; rowPx: number; total: number }): number {
  const full = input.total * input.rowPx - input.viewportPx;
  const track = trackHeight(input.total, input.rowPx) - input.viewportPx;
  return track <= 0 ? 0 : clampTop(scrollPx * (full / track), input);
}

/** Rows to draw for a position, and where; works for any number of rows. */
export function rowWindow({ topPx, viewportPx, rowPx, total, overscan = 4 }: WindowInput): RowWindow {
  const top = clampTop(topPx, { viewportPx, rowPx, total });
  const first = Math.max(0, Math.floor(top / rowPx) - overscan);
  const end = Math.min(total, Math.ceil((top + viewportPx) / rowPx) + overscan);
  return {
    first,
    end,
    trackPx: trackHeight(total, rowPx),
    offsetPx: trackScroll(top, { viewportPx, rowPx, total }) - (top - first * rowPx),
  };
}

/** Offsets of the pages of `pageRows` rows that cover rows first … end − 1. */
export function pageOffsets(first: number, end: number, pageRows: number): number[] {
  const offsets: number[] = [];
  for (let offset = Math.floor(first / pageRows) * pageRows; offset < end; offset += pageRows) offsets.push(offset);
  return offsets;
}
