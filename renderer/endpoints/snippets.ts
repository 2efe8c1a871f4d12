export type SnippetLanguage = 'curl' | 'python' | 'javascript';

export const snippetLanguages: readonly { value: SnippetLanguage; label: string }[] = [
  { value: 'curl', label: 'curl' },
  { value: 'python', label: 'Python' },
  { value: 'javascript', label: 'JavaScript' },
];

function shellQuote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A JSON value as a Python literal. */
function pythonLiteral(value: unknown): string {
  if (value === null || value === undefined) return 'None';
  if (value === true) return 'True';
  if (value === false) return 'False';
  if (Array.isArray(value)) return `[${value.map(pythonLiteral).join(', ')}]`;
  if (typeof value === 'object') {
    return `{${Object.entries(value)
      .map(([key, entry]) => `${JSON.stringify(key)}: ${pythonLiteral(entry)}`)
      .join(', ')}}`;
  }
  return JSON.stringify(value);
}

/** Characters of an image file that are shown. */
const shownImage = 60;

/** A list or an image long enough to bury the rest is cut; the snippet says so. */
function shortened(row: Record<string, unknown>): { row: Record<string, unknown>; cut: boolean } {
  let cut = false;
  const entries = Object.entries(row).map(([name, value]) => {
    if (typeof value === 'string' && value.startsWith('data:') && value.length > 2 * shownImage) {
      cut = true;
      return [name, `${value.slice(0, shownImage)}…`] as const;
    }
    if (!Array.isArray(value) || value.length <= 12) return [name, value] as const;
    cut = true;
    return [name, value.slice(0, 6)] as const;
  });
  return { row: Object.fromEntries(entries), cut };
}

/** Code that asks an endpoint for one row. `baseUrl` like `http://127.0.0.1:8080`. */
export function snippet(
  language: SnippetLanguage,
  baseUrl: string,
  model: string,
  full: Record<string, unknown>,
  complete: boolean,
): string {
  const { row, cut } = complete ? { row: full, cut: false } : shortened(full);
  const url = `${baseUrl.replace(/\/$/, '')}/v1/models/${encodeURIComponent(model)}/predict`;
  const note = cut ? 'long values are cut here; Copy takes them whole' : undefined;
  switch (language) {
    case 'curl': {
      const body = JSON.stringify({ rows: [row] });
      return `${note ? `# ${note}\n` : ''}curl --json ${shellQuote(body)} \\\n  ${url}`;
    }
    case 'python':
      return [
        ...(note ? [`# ${note}`] : []),
        'import json, urllib.request',
        '',
        `row = ${pythonLiteral(row)}`,
        'request = urllib.request.Request(',
        `    ${JSON.stringify(url)},`,
        '    data=json.dumps({"rows": [row]}).encode(),',
        '    headers={"Content-Type": "application/json"},',
        ')',
        'with urllib.request.urlopen(request) as response:',
        '    print(json.load(response)["predictions"][0])',
      ].join('\n');
    case 'javascript':
      return [
        ...(note ? [`// ${note}`] : []),
        `const row = ${JSON.stringify(row)};`,
        `const response = await fetch(${JSON.stringify(url)}, {`,
        "  method: 'POST',",
        "  headers: { 'Content-Type': 'application/json' },",
        '  body: JSON.stringify({ rows: [row] }),',
        '});',
        'const { predictions } = await response.json();',
        'console.log(predictions[0]);',
      ].join('\n');
  }
}
