import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { AuditLog, auditPath } from './audit-log.ts';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'slipway-audit-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

it('counts refusals of one client instead of letting them push out what was done', async () => {
  const audit = new AuditLog(dir, (_level, text) => {
    throw new Error(text);
  });
  audit.write({ action: 'model.load', target: 'm', key: 'a', address: null });
  for (let i = 0; i < 5_000; i++)
    audit.refused({ action: 'auth.required', target: 'infer', key: null, address: '::2' });
  audit.refused({ action: 'auth.required', target: 'infer', key: null, address: '::3' });
  for (let i = 0; i < 5_000; i++) {
    audit.refused({ action: 'auth.required', target: 'infer', key: null, address: `::4:${i}` });
  }
  await audit.close();
  const lines = (await readFile(auditPath(dir), 'utf8')).trim().split('\n');
  const events = lines.map((line) => JSON.parse(line) as { action: string; address: string | null; count?: number });
  expect(events[0]).toMatchObject({ action: 'model.load' });
  expect(events.filter(({ address }) => address === '::2')).toMatchObject([{}, { count: 4_999 }]);
  expect(events.filter(({ address }) => address === '::3')).toHaveLength(1);
  expect(lines.length).toBeLessThan(1_100);
  expect(events.reduce((sum, { count = 1 }) => sum + count, 0)).toBe(10_002);
});
