import { boxesImage } from './boxes-image.ts';
import { t } from './text.ts';

const styled = [
  'fill',
  'fill-opacity',
  'stroke',
  'stroke-width',
  'stroke-dasharray',
  'stroke-linecap',
  'stroke-linejoin',
  'opacity',
  'font-family',
  'font-size',
  'font-weight',
  'text-anchor',
];

/** A copy with its styles written out, without marks of the pointer. */
function styledCopy(svg: SVGSVGElement): SVGSVGElement {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  const originals = svg.querySelectorAll<SVGElement>('*');
  const copies = copy.querySelectorAll<SVGElement>('*');
  for (const [i, original] of originals.entries()) {
    const computed = getComputedStyle(original);
    const target = copies[i];
    if (!target) continue;
    target.removeAttribute('class');
    target.removeAttribute('style');
    for (const name of styled) target.setAttribute(name, computed.getPropertyValue(name));
  }
  for (const mark of copy.querySelectorAll('[data-chart-hover]')) mark.remove();
  copy.removeAttribute('class');
  return copy;
}

/** The chart as it looks now, on its own: styles written out, on the sheet colour. */
export function standaloneSvg(chart: Element): string {
  const { width, height } = chart.getBoundingClientRect();
  const copy = chart instanceof SVGSVGElement ? styledCopy(chart) : boxesImage(chart, styledCopy);
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  copy.setAttribute('width', String(width));
  copy.setAttribute('height', String(height));
  copy.setAttribute('viewBox', `0 0 ${width} ${height}`);
  const ground = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
  ground.setAttribute('width', '100%');
  ground.setAttribute('height', '100%');
  ground.setAttribute('fill', getComputedStyle(document.documentElement).getPropertyValue('--sheet').trim());
  copy.prepend(ground);
  return new XMLSerializer().serializeToString(copy);
}

/** The chart as PNG at twice its size. */
export async function chartPng(chart: Element): Promise<Blob> {
  const { width, height } = chart.getBoundingClientRect();
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(standaloneSvg(chart))}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(width * 2);
  canvas.height = Math.round(height * 2);
  const context = canvas.getContext('2d');
  if (!context) throw new Error(t.cannotDrawImages);
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return await new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error(t.imageFailed))), 'image/png');
  });
}
