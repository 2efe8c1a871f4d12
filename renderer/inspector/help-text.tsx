import { Fragment, type ReactNode } from 'react';

/** `code`, **bold**, *names* and plain text of one line. */
function inline(text: string): ReactNode[] {
  return text.split(/(`[^`]+`|\*\*[^*]+\*\*|\*[^*\s][^*]*\*)/).map((part, index) => {
    // oxlint-disable react/no-array-index-key -- parts of fixed text
    if (part.startsWith('`')) return <code key={index}>{part.slice(1, -1)}</code>;
    if (part.startsWith('**')) return <b key={index}>{part.slice(2, -2)}</b>;
    if (/^\*[^*]+\*$/.test(part)) return <b key={index}>{part.slice(1, -1)}</b>;
    return <Fragment key={index}>{part}</Fragment>;
    // oxlint-enable react/no-array-index-key
  });
}

/** Small part of Markdown: headings, paragraphs, lists, fenced code, bold and code. Anything else shows as text. */
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
    } else if (/^\s*[-*] /.test(line)) {
      const items: string[] = [];
      while (at < lines.length && /^\s*([-*] |\S)/.test(lines[at] ?? '') && (lines[at] ?? '').trim() !== '') {
        const item = lines[at] ?? '';
        if (/^\s*[-*] /.test(item)) items.push(item.replace(/^\s*[-*] /, ''));
        else items.push(`${items.pop() ?? ''} ${item.trim()}`);
        at += 1;
      }
      blocks.push(
        <ul key={key}>
          {items.map((item) => (
            <li key={item}>{inline(item)}</li>
          ))}
        </ul>,
      );
    } else if (line.trim() === '') at += 1;
    else {
      const paragraph: string[] = [];
      while (at < lines.length && (lines[at] ?? '').trim() !== '' && !/^(```|#{1,4} |\s*[-*] )/.test(lines[at] ?? '')) {
        paragraph.push((lines[at] ?? '').trim());
        at += 1;
      }
      blocks.push(<p key={key}>{inline(paragraph.join(' '))}</p>);
    }
  }
  return <div className="help-text">{blocks}</div>;
}
