export interface SourceToken {
  text: string;
  kind: 'plain' | 'key' | 'string' | 'value' | 'comment';
}

/** Files above are shown without colours: each token is an element. */
const largestColoured = 200_000;
const languages: readonly [ending: RegExp, pattern: RegExp][] = [
  [
    /\.(ya?ml|json)$/,
    /(?<comment>^\s*#.*$|\s#.*$)|(?<key>^[ \t]*(?:- )*"?[\w./~-]+"?(?=:(?:\s|$)))|(?<string>"(?:[^"\\]|\\.)*")|(?<value>(?<=[:[,\s])(?:true|false|null|-?\d[\d.eE+-]*)(?=[\s,\]}]|$))/gm,
  ],
  [
    /(\.(py|sh|pbtxt)|Containerfile)$/,
    /(?<comment>#.*$)|(?<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|(?<key>^\s*(?:ARG|FROM|COPY|RUN|USER|ENV|def|class|import|from|return|if|else|for|while|try|except|with|finally|raise|as)\b|^\s*\w+(?=\s*[:{]))/gm,
  ],
];

/** A file of a bundle in parts with their meaning, which join to its text. Files of other sorts are one plain part. */
export function sourceTokens(path: string, text: string): SourceToken[] {
  const pattern = languages.find(([ending]) => ending.test(path))?.[1];
  if (pattern === undefined || text.length > largestColoured) return [{ text, kind: 'plain' }];
  const tokens: SourceToken[] = [];
  let at = 0;
  for (const match of text.matchAll(pattern)) {
    if (match.index > at) tokens.push({ text: text.slice(at, match.index), kind: 'plain' });
    const kind = (['comment', 'key', 'string', 'value'] as const).find((name) => match.groups?.[name] !== undefined);
    tokens.push({ text: match[0], kind: kind ?? 'plain' });
    at = match.index + match[0].length;
  }
  if (at < text.length) tokens.push({ text: text.slice(at), kind: 'plain' });
  return tokens;
}
