import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a stranger would write where the app shows names: markup that sets `globalThis.pwned` when it runs. */
export const hostileTexts = {
  image: '<img src=x onerror="globalThis.pwned=1">',
  script: '<script>globalThis.pwned=1</script>',
  link: '<a href="javascript:globalThis.pwned=1">free model</a>',
} as const;

/** Writes a graph whose title, node titles, column names and cells are hostile, and its data; gives the graph's path. */
export function writeHostileGraph(folder: string): string {
  mkdirSync(folder, { recursive: true });
  const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
  const rows = Array.from(
    { length: 20 },
    (_, row) => `${quoted(hostileTexts.image)},${quoted(hostileTexts.link)},${row}`,
  );
  const header = [hostileTexts.script, hostileTexts.image, 'n'].map(quoted).join(',');
  writeFileSync(join(folder, 'data.csv'), `${header}\n${rows.join('\n')}\n`);
  const graph = {
    format: 'slipway/graph',
    formatVersion: 1,
    id: 'stranger',
    name: hostileTexts.image,
    nodes: {
      source: { kind: 'data.file', version: 1, title: hostileTexts.image, params: { path: 'data.csv' } },
      query: {
        kind: 'data.sql',
        version: 1,
        title: hostileTexts.script,
        params: {
          inputs: ['input'],
          query: `SELECT *, '${hostileTexts.link}' AS "${hostileTexts.script}2" FROM input`,
        },
      },
    },
    edges: [{ from: 'source.table', to: 'query.input' }],
    parameters: {},
    groups: {},
    layout: { nodes: { source: { x: 0, y: 0 }, query: { x: 320, y: 0 } }, frames: [] },
  };
  const path = join(folder, 'stranger.slipway.json');
  writeFileSync(path, JSON.stringify(graph));
  return path;
}
