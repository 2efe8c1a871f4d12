/** Text as HTML. */
export function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

function inline(text: string): string {
  return escapeHtml(text)
    .replace(/`([^`]+)`/g, '<code>$1</code>')
    .replace(/\*\*([^*]+)\*\*/g, '<b>$1</b>')
    .replace(/\*([^*\s][^*]*)\*/g, '<b>$1</b>')
    .replace(/\[([^\]]+)\]\((https:[^)\s"]+)\)/g, '<a href="$2">$1</a>');
}

const listItem = /^\s*([-*]|\d+\.) /;

/** The part of Markdown that help texts use, as HTML: headings, paragraphs, lists, tables, fenced code, links, bold and code. */
export function markdownToHtml(text: string): string {
  const blocks: string[] = [];
  const lines = text.trim().split('\n');
  let at = 0;
  while (at < lines.length) {
    const line = lines[at] ?? '';
    if (line.startsWith('```')) {
      const end = lines.findIndex((other, index) => index > at && other.startsWith('```'));
      const stop = end === -1 ? lines.length : end;
      blocks.push(`<pre>${escapeHtml(lines.slice(at + 1, stop).join('\n'))}</pre>`);
      at = stop + 1;
    } else if (/^#{1,4} /.test(line)) {
      blocks.push(`<h3>${inline(line.replace(/^#+ /, ''))}</h3>`);
      at += 1;
    } else if (line.startsWith('|')) {
      const rows: string[][] = [];
      for (; (lines[at] ?? '').startsWith('|'); at++) {
        rows.push(
          (lines[at] ?? '')
            .split('|')
            .slice(1, -1)
            .map((cell) => inline(cell.trim())),
        );
      }
      const [head = [], , ...body] = rows;
      blocks.push(htmlTable(head, body));
    } else if (listItem.test(line)) {
      const items: string[] = [];
      for (; at < lines.length && (lines[at] ?? '').trim() !== ''; at++) {
        const item = lines[at] ?? '';
        if (listItem.test(item)) items.push(item.replace(listItem, ''));
        else items.push(`${items.pop() ?? ''} ${item.trim()}`);
      }
      const tag = /^\s*\d/.test(line) ? 'ol' : 'ul';
      blocks.push(`<${tag}>${items.map((item) => `<li>${inline(item)}</li>`).join('')}</${tag}>`);
    } else if (line.trim() === '') at += 1;
    else {
      const words: string[] = [];
      for (
        ;
        at < lines.length &&
        (lines[at] ?? '').trim() !== '' &&
        !/^(```|#{1,4} |\||\s*([-*]|\d+[.]) )/.test(lines[at] ?? '');
        at++
      ) {
        words.push((lines[at] ?? '').trim());
      }
      blocks.push(`<p>${inline(words.join(' '))}</p>`);
    }
  }
  return blocks.join('\n');
}

const style = `
:root { color-scheme: light dark; --ink: light-dark(#13212a, #e8edea); --soft: light-dark(#5f6e75, #8fa0a5);
  --line: light-dark(#dce0da, #2a373c); --paper: light-dark(#f1f3ef, #0f171a); --sheet: light-dark(#fff, #1a2428); --signal: light-dark(#ae1668, #f58abb); }
* { box-sizing: border-box; }
body { margin: 0; display: grid; grid-template-columns: 230px minmax(0, 1fr); min-height: 100vh; font: 14px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--sheet); }
nav { background: var(--paper); border-inline-end: 1px solid var(--line); padding: 20px 16px; font-size: 13px; overflow: auto; }
nav h2 { font-size: 13px; margin: 16px 0 4px; } nav ul { list-style: none; margin: 0; padding: 0; } nav a { display: block; padding: 3px 6px; border-radius: 4px; color: inherit; text-decoration: none; }
nav a:hover, nav a[aria-current] { background: var(--line); }
main { padding: 28px 40px 60px; max-width: 900px; } h1 { font-size: 26px; margin: 0 0 4px; } h2 { font-size: 17px; margin: 28px 0 8px; } h3 { font-size: 14px; margin: 18px 0 4px; }
a { color: var(--signal); } .soft { color: var(--soft); } code, pre, .mono { font-family: ui-monospace, monospace; font-size: 12.5px; }
pre { padding: 10px 12px; background: var(--paper); border: 1px solid var(--line); border-radius: 5px; overflow: auto; }
table { border-collapse: collapse; width: 100%; font-size: 13px; } th, td { text-align: start; vertical-align: top; padding: 6px 10px 6px 0; border-bottom: 1px solid var(--line); } th { color: var(--soft); font-weight: 500; }
@media (max-width: 720px) { body { grid-template-columns: 1fr; } nav { border: 0; border-bottom: 1px solid var(--line); max-height: 40vh; } main { padding: 20px; } }
`;

/** A whole page with the list of pages beside it. */
export function htmlPage(title: string, navigation: string, content: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)} · Slipway</title>
<style>${style}</style>
</head>
<body>
<nav aria-label="Pages">${navigation}</nav>
<main>
${content}
</main>
</body>
</html>
`;
}

export function htmlTable(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const head = heads.map((text) => `<th scope="col">${escapeHtml(text)}</th>`).join('');
  const body = rows.map((row) => `<tr>${row.map((cell) => `<td>${cell}</td>`).join('')}</tr>`).join('\n');
  return `<table><thead><tr>${head}</tr></thead><tbody>\n${body}\n</tbody></table>`;
}
