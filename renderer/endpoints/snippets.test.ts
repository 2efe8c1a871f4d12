import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { snippet } from './snippets.ts';

const row = { name: "O'Hare", distance: 733.5, late: false, unknown: null };

it('quotes the body for a shell', () => {
  const text = snippet('curl', 'http://127.0.0.1:8080/', 'flight-delays', row, true);
  const echoed = execFileSync('sh', ['-c', text.replace('curl --json', 'printf "%s\\n"')], { encoding: 'utf8' });
  const [body = '', url] = echoed.trim().split('\n');
  expect(JSON.parse(body)).toEqual({ rows: [row] });
  expect(url?.trim()).toBe('http://127.0.0.1:8080/v1/models/flight-delays/predict');
});

it('writes Python literals', () => {
  const text = snippet('python', 'http://h', 'm', row, true);
  expect(text).toContain('row = {"name": "O\'Hare", "distance": 733.5, "late": False, "unknown": None}');
});

it('writes JavaScript that parses', () => {
  const text = snippet('javascript', 'http://h', 'a model', row, true);
  expect(text).toContain('/v1/models/a%20model/predict');
  expect(() => execFileSync(process.execPath, ['--check', '-'], { input: `async () => {${text}}` })).not.toThrow();
});

it('cuts long lists and images unless complete', () => {
  const file = { image: `data:image/png;base64,${'A'.repeat(5000)}` };
  expect(snippet('curl', 'http://h', 'bars', file, false).length).toBeLessThan(300);
  expect(snippet('curl', 'http://h', 'bars', file, true)).toContain(file.image);
  const image = { image: new Array(784).fill(0) };
  const short = snippet('curl', 'http://h', 'digits', image, false);
  expect(short).toContain('long values are cut');
  expect(short.length).toBeLessThan(300);
  expect(snippet('curl', 'http://h', 'digits', image, true)).not.toContain('cut');
});
