/** Room for a title on a card: its width without flag and margins, px. */
const roomPx = 106;

let pen: CanvasRenderingContext2D | null | undefined;
const known = new Map<string, string>();
/** Titles remembered; a title that is typed leaves one behind per key. */
const mostKnown = 5000;

function widthPx(text: string): number {
  pen ??= document.createElement('canvas').getContext('2d');
  if (!pen) return text.length * 7;
  pen.font = `600 12.5px ${getComputedStyle(document.body).fontFamily}`;
  return pen.measureText(text).width * 0.99;
}

/** A title cut in the middle where it is too wide for a card, so that both its ends stay readable. */
export function fitTitle(title: string): string {
  const before = known.get(title);
  if (before !== undefined) return before;
  let cut = title;
  for (let keep = title.length - 1; keep > 4 && widthPx(cut) > roomPx; keep--) {
    const head = Math.ceil(keep * 0.6);
    cut = `${title.slice(0, head).trimEnd()}…${title.slice(head - keep).trimStart()}`;
  }
  if (known.size >= mostKnown) known.clear();
  known.set(title, cut);
  return cut;
}
