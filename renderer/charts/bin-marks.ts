import { localDigits } from '../ui/format.ts';

interface BinMark {
  /** px */
  at: number;
  text: string;
  anchor: 'start' | 'middle' | 'end';
}

/** Numbers as the language writes them; dates and what else may bound a bin as it is. */
function edgeText(edge: string): string {
  return edge !== '' && Number.isFinite(Number(edge)) ? localDigits(edge) : edge;
}

/** Width of a character of an axis label, px. */
const characterPx = 5.8;

/**
 * Labels under bars `step` px wide. Bars named as ranges (`10 – 20`) are marked at their edges with the edge's value;
 * others under their middle. As many as fit without touching; names that are too long are cut.
 */
export function binMarks(labels: readonly string[], left: number, step: number): BinMark[] {
  const ranges = labels.map((label) => label.split(' – '));
  const edges = labels.length > 1 && ranges.every((range) => range.length === 2);
  const texts = edges ? [...ranges.map(([low = '']) => low), ranges.at(-1)?.[1] ?? ''].map(edgeText) : [...labels];
  const longest = edges ? 12 : Math.max(5, Math.floor((step * 1.6) / characterPx));
  const short = texts.map((text) => (text.length > longest ? `${text.slice(0, longest - 1)}…` : text));
  const room = Math.max(0, ...short.map((text) => text.length)) * characterPx + 8;
  const every = Math.max(1, Math.ceil(room / step));
  return short.flatMap((text, i): BinMark[] => {
    if (i % every !== 0) return [];
    if (!edges) return [{ at: left + (i + 0.5) * step, text, anchor: 'middle' }];
    const last = i === short.length - 1;
    return [{ at: left + i * step, text, anchor: i === 0 ? 'start' : last ? 'end' : 'middle' }];
  });
}
