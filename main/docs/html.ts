import { type MarkdownBlock, markdownBlocks } from '../../shared/docs/markdown-blocks.ts';

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

/** The part of Markdown that help texts use, as HTML: headings, paragraphs, lists, tables, fenced code, links, bold and code. */
export function markdownToHtml(text: string): string {
  return markdownBlocks(text).map(blockToHtml).join('\n');
}

function blockToHtml(block: MarkdownBlock): string {
  switch (block.type) {
    case 'code':
      return `<pre>${escapeHtml(block.text)}</pre>`;
    case 'heading':
      return `<h3>${inline(block.text)}</h3>`;
    case 'paragraph':
      return `<p>${inline(block.text)}</p>`;
    case 'list': {
      const tag = block.ordered ? 'ol' : 'ul';
      return `<${tag}>${block.items.map((item) => `<li>${inline(item)}</li>`).join('')}</${tag}>`;
    }
    case 'table':
      return htmlTable(
        block.head,
        block.body.map((row) => row.map(inline)),
      );
  }
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
