import { type Point, snap } from '../state/graph-commands.ts';

export interface PlacedCard {
  id: string;
  left: number;
  top: number;
  width: number;
  height: number;
}

/** Room between rows for the lanes of edges that return, px. */
const rowGapPx = 88;

/** Cards whose horizontal spans overlap form a column; from left to right. */
function columnsOf(cards: readonly PlacedCard[]): PlacedCard[][] {
  const columns: { right: number; cards: PlacedCard[] }[] = [];
  for (const card of [...cards].sort((a, b) => a.left - b.left)) {
    const last = columns.at(-1);
    if (last && card.left < last.right) {
      last.cards.push(card);
      last.right = Math.max(last.right, card.left + card.width);
    } else columns.push({ right: card.left + card.width, cards: [card] });
  }
  return columns.map((column) => column.cards);
}

/** Breaks a layout wider than `widthPx` into rows of about equally many columns; positions are on the grid. */
export function wrapColumns(cards: readonly PlacedCard[], widthPx: number): Record<string, Point> {
  const columns = columnsOf(cards);
  const left = Math.min(...cards.map((card) => card.left));
  const total = Math.max(...cards.map((card) => card.left + card.width)) - left;
  const rows = Math.min(columns.length, Math.max(1, Math.ceil(total / widthPx)));
  const perRow = Math.ceil(columns.length / rows);
  const positions: Record<string, Point> = {};
  let top = 0;
  for (let start = 0; start < columns.length; start += perRow) {
    const row = columns.slice(start, start + perRow).flat();
    const rowLeft = Math.min(...row.map((card) => card.left));
    const rowTop = Math.min(...row.map((card) => card.top));
    const rowBottom = Math.max(...row.map((card) => card.top + card.height));
    for (const card of row) positions[card.id] = snap({ x: card.left - rowLeft, y: top + card.top - rowTop });
    top += rowBottom - rowTop + rowGapPx;
  }
  return positions;
}
