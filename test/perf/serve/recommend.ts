import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { quantile } from './load.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
const users = 400;
const warmUp = 500;
const requests = 5000;

/**
 * p99 in ms of whole answers of the sample graph `recommend` as `slipway up` serves it: one request after the other on a
 * kept connection, each for another user, from before it is written to after its last byte is read.
 */
export async function measureRecommend(log: (text: string) => void): Promise<number> {
  const dataDir = mkdtempSync(join(tmpdir(), 'slipway-recommend-'));
  const args = ['main/cli/slipway.ts', 'up', 'resources/templates/recommend.slipway.json', '--http', '0', '--json'];
  const child = spawn(process.execPath, [...args, '--data-dir', dataDir], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  try {
    const url = `${await addressOf(child)}/v1/models/recommend/predict`;
    const latenciesMs = new Float64Array(requests);
    for (let i = -warmUp; i < requests; i++) {
      const body = JSON.stringify({ rows: [{ user: `u${(i + warmUp) % users}` }] });
      const started = performance.now();
      const answer = await post(url, agent, body);
      if (i >= 0) latenciesMs[i] = performance.now() - started;
      if (!answer.includes('"scores":[{')) throw new Error(`No recommendation: ${answer}`);
    }
    const p99Ms = quantile(latenciesMs, 0.99);
    log(`recommend: p50 ${quantile(latenciesMs, 0.5).toFixed(2)} ms, p99 ${p99Ms.toFixed(2)} ms`);
    return p99Ms;
  } finally {
    agent.destroy();
    const ended = new Promise((resolve) => child.once('exit', resolve));
    if (child.exitCode === null && child.kill('SIGTERM')) await ended;
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function addressOf(child: ChildProcessByStdio<null, Readable, null>): Promise<string> {
  for await (const line of createInterface({ input: child.stdout })) {
    const event = JSON.parse(line) as { type?: string; http?: string };
    if (event.type === 'endpoint.ready' && event.http !== undefined) return event.http;
  }
  throw new Error('slipway up ended without an endpoint.');
}

function post(url: string, agent: Agent, body: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      { method: 'POST', agent, headers: { 'content-type': 'application/json' } },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (part: string) => {
          text += part;
        });
        response.on('end', () => resolve(text));
        response.on('error', reject);
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}
