import { Fragment, type ReactNode } from 'react';

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

const listItem = /^\s*([-*]|\d+\.) /;

/** Small part of Markdown: headings, paragraphs, lists, tables, fenced code, links, bold and code. The rest shows as text. */
export function HelpText({ text }: { text: string }) {
  const blocks: ReactNode[] = [];
  const lines = text.trim().split('\n');
  for (let at = 0; at < lines.length; ) {
    const line = lines[at] ?? '';
    const key = at;
    if (line.startsWith('```')) {
      const end = lines.findIndex((other, index) => index > at && other.startsWith('```'));
      const stop = end === -1 ? lines.length : end;
      blocks.push(<pre key={key}>{lines.slice(at + 1, stop).join('\n')}</pre>);
      at = stop + 1;
    } else if (/^#{1,4} /.test(line)) {
      blocks.push(<h4 key={key}>{inline(line.replace(/^#+ /, ''))}</h4>);
      at += 1;
    } else if (line.startsWith('|')) {
      const rows: string[][] = [];
      for (; (lines[at] ?? '').startsWith('|'); at++) {
        rows.push(
          (lines[at] ?? '')
            .split('|')
            .slice(1, -1)
            .map((cell) => cell.trim()),
        );
      }
      const [head = [], , ...body] = rows;
      blocks.push(
        <table key={key} className="list-table">
          <thead>
            <tr>
              {head.map((cell) => (
                <th key={cell} scope="col">
                  {inline(cell)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {body.map((row) => (
              <tr key={row.join('|')}>
                {row.map((cell) => (
                  <td key={cell}>{inline(cell)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>,
      );
    } else if (listItem.test(line)) {
      const items: string[] = [];
      while (at < lines.length && (lines[at] ?? '').trim() !== '') {
        const item = lines[at] ?? '';
        if (listItem.test(item)) items.push(item.replace(listItem, ''));
        else items.push(`${items.pop() ?? ''} ${item.trim()}`);
        at += 1;
      }
      const entries = items.map((item) => <li key={item}>{inline(item)}</li>);
      blocks.push(/^\s*\d/.test(line) ? <ol key={key}>{entries}</ol> : <ul key={key}>{entries}</ul>);
    } else if (line.trim() === '') at += 1;
    else {
      const paragraph: string[] = [];
      while (
        at < lines.length &&
        (lines[at] ?? '').trim() !== '' &&
        !/^(```|#{1,4} |\||\s*([-*]|\d+[.]) )/.test(lines[at] ?? '')
      ) {
        paragraph.push((lines[at] ?? '').trim());
        at += 1;
      }
      blocks.push(<p key={key}>{inline(paragraph.join(' '))}</p>);
    }
  }
  return <div className="help-text">{blocks}</div>;
}
