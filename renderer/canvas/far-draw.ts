import type { Stage } from '../../shared/node/define-node.ts';
import type { StatusName } from '../ui/status-line.tsx';
import type { Box } from './edge-route.ts';

/** One card as the far level draws it. */
export interface FarCard {
  box: Box;
  stage: Stage;
  status: StatusName;
  /** 0 … 1 while running. */
  level: number;
  selected: boolean;
}

export interface FarEdge {
  from: { x: number; y: number };
  to: { x: number; y: number };
  look: 'plain' | 'running' | 'broken';
}

export interface FarFrame {
  box: Box;
  title: string;
}

/** Colours by token name, read once per theme. */
export type Palette = (token: string) => string;

export function readPalette(element: Element): Palette {
  const style = getComputedStyle(element);
  const known = new Map<string, string>();
  return (token) => {
    const value = known.get(token) ?? style.getPropertyValue(token).trim();
    known.set(token, value);
    return value;
  };
}

const flagPx = 56;
const statusFill: Partial<Record<StatusName, string>> = {
  stale: '--stale-fill',
  failed: '--fail-fill',
  running: '--signal',
  queued: '--signal-line',
  live: '--ok-fill',
};
/** States that must be found at any zoom. */
const outlined: Partial<Record<StatusName, string>> = {
  stale: '--stale-fill',
  failed: '--fail-fill',
  running: '--signal',
};

function edgePath(edges: readonly FarEdge[]): Path2D {
  const path = new Path2D();
  for (const { from, to } of edges) {
    path.moveTo(from.x, from.y);
    const ahead = to.x - from.x;
    if (ahead >= 24) {
      const middle = from.x + ahead / 2;
      path.lineTo(middle, from.y);
      path.lineTo(middle, to.y);
    } else {
      const lane = (from.y + to.y) / 2;
      path.lineTo(from.x + 12, from.y);
      path.lineTo(from.x + 12, lane);
      path.lineTo(to.x - 12, lane);
      path.lineTo(to.x - 12, to.y);
    }
    path.lineTo(to.x, to.y);
  }
  return path;
}

/** A stage's flag in the unit of the graph, shapes as on the cards. */
function drawFlag(context: CanvasRenderingContext2D, card: FarCard, color: Palette): void {
  const { left, top, bottom } = card.box;
  const size = Math.min(flagPx, bottom - top);
  const stage = color(`--st-${card.stage}`);
  const paper = color('--flag-paper');
  context.fillStyle = card.stage === 'train' ? paper : stage;
  context.fillRect(left, top, size, size);
  context.fillStyle = card.stage === 'train' ? stage : paper;
  context.beginPath();
  if (card.stage === 'data') context.rect(left, top + size / 3, size, size / 3);
  else if (card.stage === 'feature') context.rect(left + size / 3, top, size / 3, size);
  else if (card.stage === 'serve') context.arc(left + size / 2, top + size / 2, size * 0.27, 0, Math.PI * 2);
  else if (card.stage === 'monitor') context.rect(left + size * 0.21, top + size * 0.21, size * 0.58, size * 0.58);
  else {
    context.moveTo(left, top);
    context.lineTo(left, top + size);
    context.lineTo(left + size, top + size);
    context.closePath();
  }
  context.fill();
  if (card.stage === 'monitor') {
    context.fillStyle = stage;
    context.fillRect(left + size * 0.4, top + size * 0.4, size * 0.23, size * 0.23);
  }
  const edge = size / 15;
  context.strokeStyle = stage;
  context.lineWidth = edge;
  context.strokeRect(left + edge / 2, top + edge / 2, size - edge, size - edge);
}

/**
 * The far level: sheet blocks with their flag and status edge, edges as single lines. The context's transform maps graph
 * px to the bitmap; `zoom` is graph px to screen px, so that lines keep their width on the screen.
 */
export function drawFar(
  context: CanvasRenderingContext2D,
  cards: readonly FarCard[],
  edges: readonly FarEdge[],
  frames: readonly FarFrame[],
  color: Palette,
  zoom: number,
): void {
  const px = 1 / zoom;
  context.lineWidth = px;
  context.strokeStyle = color('--line-2');
  context.fillStyle = color('--ink-3');
  context.font = `${11 * px}px ${color('--font-ui')}`;
  for (const { box, title } of frames) {
    context.strokeRect(box.left, box.top, box.right - box.left, box.bottom - box.top);
    context.fillText(title, box.left + 4 * px, box.top - 4 * px, box.right - box.left);
  }

  const looks = [
    ['plain', '--edge', 1],
    ['running', '--signal', 1.6],
    ['broken', '--fail-fill', 1.6],
  ] as const;
  for (const [look, token, width] of looks) {
    const some = edges.filter((edge) => edge.look === look);
    if (some.length === 0) continue;
    context.strokeStyle = color(token);
    context.lineWidth = width * px;
    context.stroke(edgePath(some));
  }

  const blocks = new Path2D();
  for (const { box } of cards) blocks.rect(box.left, box.top, box.right - box.left, box.bottom - box.top);
  context.fillStyle = color('--sheet');
  context.fill(blocks);
  context.strokeStyle = color('--line-2');
  context.lineWidth = px;
  context.stroke(blocks);

  // Below 8 px a flag's shape is lost: the stage's colour alone is drawn, all cards of a stage at once.
  const shapes = flagPx * zoom >= 8;
  const plain = new Map<Stage, Path2D>();
  for (const card of cards) {
    const { left, top, right, bottom } = card.box;
    if (shapes) drawFlag(context, card, color);
    else {
      const path = plain.get(card.stage) ?? new Path2D();
      path.rect(left, top, Math.min(flagPx, bottom - top), Math.min(flagPx, bottom - top));
      plain.set(card.stage, path);
    }
    const fill = statusFill[card.status];
    if (fill) {
      const height = Math.max(12, 2 * px);
      const share = card.status === 'running' ? Math.max(0.05, card.level) : 1;
      context.fillStyle = color(fill);
      context.fillRect(left, bottom - height, (right - left) * share, height);
    }
    const outline = card.selected ? '--signal' : outlined[card.status];
    if (!outline) continue;
    const away = card.selected ? 3 * px : 0;
    context.strokeStyle = color(outline);
    context.lineWidth = 2 * px;
    context.strokeRect(left - away, top - away, right - left + 2 * away, bottom - top + 2 * away);
  }
  for (const [stage, path] of plain) {
    context.fillStyle = color(`--st-${stage}`);
    context.fill(path);
  }
}
