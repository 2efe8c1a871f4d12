/** What is no part of the picture: words for a screen reader alone, and the menu of the chart. */
const apart = '.visually-hidden, .chart-menu';

function isHidden(element: Element): boolean {
  const { visibility, display } = getComputedStyle(element);
  return visibility === 'hidden' || display === 'none' || element.matches(apart);
}

function made(name: string, attributes: Readonly<Record<string, string | number>>): SVGElement {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  return element;
}

/** The first rounded corner of a box, px. */
function cornerOf(style: CSSStyleDeclaration): number {
  return Number.parseFloat(style.borderTopLeftRadius) || 0;
}

/** A box as it is filled and outlined; nothing for one that lets everything through. */
function boxOf(element: Element, left: number, top: number): SVGElement[] {
  const style = getComputedStyle(element);
  const box = element.getBoundingClientRect();
  const place = { x: box.left - left, y: box.top - top, width: box.width, height: box.height, rx: cornerOf(style) };
  const filled = !/^(transparent|rgba\(.*, 0\))$/.test(style.backgroundColor);
  // An inset shadow without blur is how cells are outlined.
  const outline = /^(.+?\)) 0px 0px 0px ([\d.]+)px inset$/.exec(style.boxShadow);
  const width = Number(outline?.[2] ?? 0);
  return [
    ...(filled ? [made('rect', { ...place, fill: style.backgroundColor })] : []),
    ...(outline
      ? [
          made('rect', {
            x: place.x + width / 2,
            y: place.y + width / 2,
            width: Math.max(0, place.width - width),
            height: Math.max(0, place.height - width),
            rx: place.rx,
            fill: 'none',
            stroke: outline[1] ?? '',
            'stroke-width': width,
          }),
        ]
      : []),
  ];
}

/** A text and where it stands in the window, px. */
export interface PlacedText {
  text: string;
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** The lines that characters stand in, in their order; white space that takes no room is left out. */
export function linesOf(characters: Iterable<PlacedText>): PlacedText[] {
  const lines: PlacedText[] = [];
  for (const character of characters) {
    if (character.right <= character.left && character.text.trim() === '') continue;
    const line = lines.at(-1);
    if (line === undefined || (character.top + character.bottom) / 2 > line.bottom) {
      // White space at a break hangs over the line before it.
      if (character.text.trim() !== '') lines.push({ ...character });
      continue;
    }
    line.text += character.text;
    line.left = Math.min(line.left, character.left);
    line.right = Math.max(line.right, character.right);
    line.bottom = Math.max(line.bottom, character.bottom);
  }
  return lines.map((line) => ({ ...line, text: line.text.trimEnd() }));
}

/** The lines that a text is broken into where it stands; none for one that is not seen. */
function linesOfText(node: Text): PlacedText[] {
  const text = node.textContent ?? '';
  const range = document.createRange();
  range.selectNodeContents(node);
  const { left, right, top, bottom, width } = range.getBoundingClientRect();
  if (width === 0) return [];
  if (range.getClientRects().length === 1) return [{ text: text.trim(), left, right, top, bottom }];
  const characters = Array.from(new Intl.Segmenter().segment(text), ({ segment, index }) => {
    range.setStart(node, index);
    range.setEnd(node, index + segment.length);
    const box = range.getBoundingClientRect();
    return { text: segment, left: box.left, right: box.right, top: box.top, bottom: box.bottom };
  });
  return linesOf(characters);
}

/** A run of text where it stands, line by line, cut to its element where that cuts it. */
function textOf(node: Text, left: number, top: number): SVGElement[] {
  const element = node.parentElement;
  if (element === null || (node.textContent ?? '').trim() === '') return [];
  const style = getComputedStyle(element);
  const around = element.getBoundingClientRect();
  return linesOfText(node).map(({ text, ...box }) => {
    const width = box.right - box.left;
    const isCut = style.overflowX !== 'visible' && width > around.width + 1;
    const shown = isCut ? Math.max(1, Math.floor((text.length * around.width) / width) - 1) : text.length;
    const drawn = made('text', {
      x: Math.max(box.left, isCut ? around.left : box.left) - left,
      y: (box.top + box.bottom) / 2 - top,
      'dominant-baseline': 'central',
      fill: style.color,
      'font-family': style.fontFamily,
      'font-size': style.fontSize,
      'font-weight': style.fontWeight,
    });
    drawn.textContent = shown < text.length ? `${text.slice(0, shown)}…` : text;
    return drawn;
  });
}

/**
 * A chart of HTML boxes (bars, cells) as a drawing of its own: fills, outlines, texts and drawings inside, where the
 * window has laid them out. `styled` writes the styles of a drawing inside out.
 */
export function boxesImage(root: Element, styled: (svg: SVGSVGElement) => SVGSVGElement): SVGSVGElement {
  const { left, top, width, height } = root.getBoundingClientRect();
  const image = made('svg', { xmlns: 'http://www.w3.org/2000/svg', width, height, viewBox: `0 0 ${width} ${height}` });
  const draw = (element: Element): void => {
    if (isHidden(element)) return;
    image.append(...boxOf(element, left, top));
    for (const child of element.childNodes) {
      if (child instanceof SVGSVGElement) {
        const box = child.getBoundingClientRect();
        const inside = styled(child);
        for (const [key, value] of Object.entries({ x: box.left - left, y: box.top - top, ...sizeOf(box) })) {
          inside.setAttribute(key, String(value));
        }
        image.append(inside);
      } else if (child instanceof Element) draw(child);
      else if (child instanceof Text) image.append(...textOf(child, left, top));
    }
  };
  draw(root);
  return image as SVGSVGElement;
}

function sizeOf({ width, height }: DOMRect): { width: number; height: number } {
  return { width, height };
}
