import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';

const script = `
import { giveBackMemoryAtRest } from ${JSON.stringify(new URL('./memory-at-rest.ts', import.meta.url).href)};
giveBackMemoryAtRest(500);
const kept = new WeakRef({ left: 'behind' });
let work = 0;
while (process.cpuUsage().user < 800_000) work += Math.sqrt(work + 1);
const watch = setInterval(() => {
  if (kept.deref() !== undefined) return;
  clearInterval(watch);
  process.stdout.write('collected');
}, 400);
setTimeout(() => process.exit(), 120_000).unref();
`;

describe('giveBackMemoryAtRest', () => {
  it('collects what a process left behind once it rests, and keeps no process alive', async () => {
    const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', script]);
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    const [code] = (await once(child, 'close')) as [number];
    expect({ code, output }).toEqual({ code: 0, output: 'collected' });
  });
});
