/** A block of the part of Markdown that help texts use. Texts of lines still carry links, bold and code. */
export type MarkdownBlock =
  | { type: 'code' | 'heading' | 'paragraph'; text: string }
  | { type: 'list'; ordered: boolean; items: string[] }
  | { type: 'table'; head: string[]; body: string[][] };

const listItem = /^\s*([-*]|\d+\.) /;
const startsBlock = /^(```|#{1,4} |\||\s*([-*]|\d+[.]) )/;

/** Headings, paragraphs, lists, tables and fenced code, in their order; everything else is a paragraph. */
export function markdownBlocks(text: string): MarkdownBlock[] {
  const blocks: MarkdownBlock[] = [];
  const lines = text.trim().split('\n');
  for (let at = 0; at < lines.length; ) {
    const line = lines[at] ?? '';
    if (line.startsWith('```')) {
      const end = lines.findIndex((other, index) => index > at && other.startsWith('```'));
      const stop = end === -1 ? lines.length : end;
      blocks.push({ type: 'code', text: lines.slice(at + 1, stop).join('\n') });
      at = stop + 1;
    } else if (/^#{1,4} /.test(line)) {
      blocks.push({ type: 'heading', text: line.replace(/^#+ /, '') });
      at += 1;
    } else if (line.startsWith('|')) {
      const rows: string[][] = [];
      for (; (lines[at] ?? '').startsWith('|'); at++) {
        const cells = (lines[at] ?? '').split('|').slice(1, -1);
        rows.push(cells.map((cell) => cell.trim()));
      }
      // The second line only parts head and body.
      const [head = [], , ...body] = rows;
      blocks.push({ type: 'table', head, body });
    } else if (listItem.test(line)) {
      const items: string[] = [];
      for (; at < lines.length && (lines[at] ?? '').trim() !== ''; at++) {
        const item = lines[at] ?? '';
        if (listItem.test(item)) items.push(item.replace(listItem, ''));
        else items.push(`${items.pop() ?? ''} ${item.trim()}`);
      }
      blocks.push({ type: 'list', ordered: /^\s*\d/.test(line), items });
    } else if (line.trim() === '') {
      at += 1;
    } else {
      const words: string[] = [];
      for (; at < lines.length && (lines[at] ?? '').trim() !== '' && !startsBlock.test(lines[at] ?? ''); at++) {
        words.push((lines[at] ?? '').trim());
      }
      blocks.push({ type: 'paragraph', text: words.join(' ') });
    }
  }
  return blocks;
}
