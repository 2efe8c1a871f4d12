import { Fragment, type ReactNode } from 'react';
import { type MarkdownBlock, markdownBlocks } from '../../shared/docs/markdown-blocks.ts';

/** `code`, **bold**, *names* and plain text of one line. */
function inline(text: string): ReactNode[] {
  return text.split(/(`[^`]+`|\*\*[^*]+\*\*|\*[^*\s][^*]*\*|\[[^\]]+\]\(https:[^)\s]+\))/).map((part, index) => {
    // oxlint-disable react/no-array-index-key -- parts of fixed text
    if (part.startsWith('`')) return <code key={index}>{part.slice(1, -1)}</code>;
    if (part.startsWith('**')) return <b key={index}>{part.slice(2, -2)}</b>;
    if (/^\*[^*]+\*$/.test(part)) return <b key={index}>{part.slice(1, -1)}</b>;
    const [, label, href] = /^\[([^\]]+)\]\((https:[^)\s]+)\)$/.exec(part) ?? [];
    if (label !== undefined && href !== undefined) {
      return (
        <a key={index} href={href} target="_blank" rel="noreferrer">
          {label}
        </a>
      );
    }
    return <Fragment key={index}>{part}</Fragment>;
    // oxlint-enable react/no-array-index-key
  });
}

/** Small part of Markdown: headings, paragraphs, lists, tables, fenced code, links, bold and code. The rest shows as text. */
export function HelpText({ text }: { text: string }) {
  return (
    <div className="help-text">
      {markdownBlocks(text).map((block, index) => (
        // oxlint-disable-next-line react/no-array-index-key -- blocks of fixed text
        <HelpBlock key={index} block={block} />
      ))}
    </div>
  );
}

function HelpBlock({ block }: { block: MarkdownBlock }) {
  switch (block.type) {
    case 'code':
      return <pre>{block.text}</pre>;
    case 'heading':
      return <h4>{inline(block.text)}</h4>;
    case 'paragraph':
      return <p>{inline(block.text)}</p>;
    case 'list': {
      const entries = block.items.map((item) => <li key={item}>{inline(item)}</li>);
      return block.ordered ? <ol>{entries}</ol> : <ul>{entries}</ul>;
    }
    case 'table':
      return (
        <table className="list-table">
          <thead>
            <tr>
              {block.head.map((cell) => (
                <th key={cell} scope="col">
                  {inline(cell)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {block.body.map((row) => (
              <tr key={row.join('|')}>
                {row.map((cell) => (
                  <td key={cell}>{inline(cell)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      );
  }
}
