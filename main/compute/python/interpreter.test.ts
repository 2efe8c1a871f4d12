import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { environmentDigest } from './interpreter.ts';

const dir = mkdtempSync(join(tmpdir(), 'slipway-interpreter-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** A program that describes itself once the file `go` is there. */
function program(name: string): { path: string; go(): void } {
  const [path, goes] = [join(dir, name), join(dir, `${name}.go`)];
  writeFileSync(path, `#!/bin/sh\nwhile [ ! -e '${goes}' ]; do sleep 0.05; done\necho described\n`);
  chmodSync(path, 0o755);
  return { path, go: () => writeFileSync(goes, '') };
}

const never = new AbortController().signal;

test.skipIf(process.platform === 'win32')(
  'one who cancels takes nothing from others who wait for the same',
  async () => {
    const { path, go } = program('python');
    const cancel = new AbortController();
    const first = environmentDigest(path, cancel.signal);
    const second = environmentDigest(path, never);
    cancel.abort();
    await expect(first).rejects.toMatchObject({ code: 'run.cancelled' });
    await expect(environmentDigest(path, cancel.signal)).rejects.toMatchObject({ code: 'run.cancelled' });
    go();
    expect(await second).toMatch(/^[0-9a-f]{64}$/);
    expect(await environmentDigest(path, never)).toBe(await second);
  },
);

test('a program that is not there is asked again', async () => {
  const path = join(dir, 'none');
  for (let i = 0; i < 2; i++) {
    await expect(environmentDigest(path, never)).rejects.toMatchObject({
      code: 'environment.missing',
      message: `There is no Python program ${path}.`,
    });
  }
});
