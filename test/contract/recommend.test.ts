import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, expect, it } from 'vitest';
import { withDuckDb } from '../../main/compute/duckdb/connection.ts';
import { quotePath } from '../../main/compute/duckdb/quote.ts';
import { repositoryRoot } from '../support/run-slipway.ts';
import { removeFolder } from '../support/remove-folder.ts';

const folder = mkdtempSync(join(tmpdir(), 'slipway-recommend-'));
let child: ChildProcess | undefined;
afterAll(async () => {
  child?.kill('SIGKILL');
  await removeFolder(folder);
});

const template = 'resources/templates/recommend.slipway.json';

/** The served part of the template with another way to find the nearest items. */
function searching(search: 'hnsw'): string {
  const graph = JSON.parse(readFileSync(join(repositoryRoot, template), 'utf8')) as {
    nodes: Record<string, { params: Record<string, unknown> }>;
    edges: { from: string; to: string }[];
    layout: { nodes: Record<string, unknown> };
  };
  const { recommend } = graph.nodes;
  if (recommend !== undefined) recommend.params['search'] = search;
  const left = ['evaluate', 'register', 'monitor'];
  for (const id of left) {
    delete graph.nodes[id];
    delete graph.layout.nodes[id];
  }
  graph.edges = graph.edges.filter(
    (edge) => !left.some((id) => edge.from.startsWith(`${id}.`) || edge.to.startsWith(`${id}.`)),
  );
  graph.edges.push({ from: 'recommend.model', to: 'endpoint.model' });
  const path = join(folder, `${search}.slipway.json`);
  writeFileSync(path, JSON.stringify(graph));
  return path;
}

async function up(graph = template): Promise<string> {
  const args = [join(repositoryRoot, 'main/cli/slipway.ts'), 'up', graph];
  const started = spawn(process.execPath, [...args, '--http', '0', '--json', '--data-dir', folder], {
    cwd: repositoryRoot,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child = started;
  for await (const line of createInterface({ input: started.stdout })) {
    const event = JSON.parse(line) as { type?: string; http?: string };
    if (event.type === 'endpoint.ready') return event.http ?? '';
  }
  throw new Error('it ended without an endpoint');
}

interface Answer {
  predictions: { label: string; scores: { label: string; score: number }[] }[];
}

it('recommends movies to a user of the online store, at most three of a genre', async () => {
  const http = await up();
  const ask = async (rows: object[]) => {
    const response = await fetch(`${http}/v1/models/recommend/predict`, {
      method: 'POST',
      body: JSON.stringify({ rows }),
    });
    return { header: response.headers.get('slipway-features'), answer: (await response.json()) as Answer };
  };
  const { header, answer } = await ask([{ user: 'u17' }, { user: 'u18' }, { user: 'nobody' }]);
  expect(header).toMatch(/^user_likes;version="[0-9a-f]{12}";missing=1$/);
  const lists = answer.predictions.map(({ scores }) => scores.map(({ label }) => label));
  expect(new Set(lists.map(String)).size).toBe(3);

  const movies = join(repositoryRoot, 'node_modules/vega-datasets/data/movies.json');
  const rows = await withDuckDb({}, (db) =>
    db.rows(`SELECT "Title" ->> '$' AS title, "Major Genre" AS genre FROM read_json(${quotePath(movies)})
      WHERE "Major Genre" IS NOT NULL ORDER BY "IMDB Votes" NULLS FIRST`),
  );
  const genreOf = new Map(rows.map(({ title, genre }) => [String(title), String(genre)]));
  answer.predictions.forEach(({ label, scores }, i) => {
    expect(scores).toHaveLength(10);
    expect(scores[0]?.label).toBe(label);
    expect(scores.map(({ score }) => score)).toEqual(scores.map(({ score }) => score).toSorted((a, b) => b - a));
    const genres = (lists[i] ?? []).map((title) => genreOf.get(title));
    expect(genres).not.toContain(undefined);
    for (const genre of genres) expect(genres.filter((other) => other === genre).length).toBeLessThanOrEqual(3);
  });

  // Likes that a request carries itself count in place of those of the store, and are not recommended again.
  const liked = lists[2]?.[0] as string;
  const carried = await ask([{ liked_1: liked, liked_2: null, liked_3: null, liked_4: null, liked_5: null }]);
  expect(carried.header).toBeNull();
  expect(carried.answer.predictions[0]?.scores.map(({ label }) => label)).not.toContain(liked);

  // The same people get the same lists where a graph of neighbours is walked, step by step, as where all items are compared.
  child?.kill('SIGTERM');
  await once(child as ChildProcess, 'exit');
  const walked = await up(searching('hnsw'));
  const response = await fetch(`${walked}/v1/models/recommend/predict`, {
    method: 'POST',
    headers: { 'x-slipway-timing': '1' },
    body: JSON.stringify({ rows: [{ user: 'u17' }, { user: 'u18' }, { user: 'nobody' }] }),
  });
  expect(((await response.json()) as Answer).predictions).toEqual(answer.predictions);
  expect(response.headers.get('server-timing')).toMatch(/step-profile;.*step-neighbours;.*step-ranking;/);
});
