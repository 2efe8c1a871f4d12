import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAlertRecords, type NewAlert } from './alert-records.ts';
import { openDatabase, type StoreDatabase } from './database.ts';
import { createLoopRecords } from './loop-records.ts';
import { removeFolder } from '../../test/support/remove-folder.ts';

let dir: string;
let database: StoreDatabase;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'slipway-monitoring-'));
  database = openDatabase(dir);
});
afterAll(async () => {
  database.close();
  await removeFolder(dir);
});

const alert: NewAlert = {
  graphId: 'g',
  nodeId: 'drift',
  kind: 'drift',
  severity: 'warning',
  title: 'Inputs drift',
  explanation: { sentences: ['It moved.'], columns: [], performance: null, examples: [] },
};

describe('alerts', () => {
  it('are one per monitor and kind until they are over, and stay in the history', () => {
    const records = createAlertRecords(database);
    const first = records.open(alert);
    expect(first).toMatchObject({ ...alert, resolvedMs: null, acknowledgedMs: null, silenced: false });
    expect(records.open(alert)).toBeUndefined();
    expect(records.open({ ...alert, kind: 'realized-drop' })).toBeDefined();
    expect(records.acknowledge(first?.id ?? '').acknowledgedMs).not.toBeNull();
    expect(records.resolve('g', 'drift', 'drift')?.id).toBe(first?.id);
    expect(records.resolve('g', 'drift', 'drift')).toBeUndefined();
    expect(records.list({ graphId: 'g', open: true, limit: 10 }).map(({ kind }) => kind)).toEqual(['realized-drop']);
    expect(records.open(alert)?.id).not.toBe(first?.id);
    expect(records.list({ limit: 10 })).toHaveLength(3);
    expect(() => records.acknowledge('none')).toThrow(expect.objectContaining({ code: 'alert.not-found' }));
  });

  it('are silenced until a time', () => {
    const records = createAlertRecords(database);
    records.silence('g', 'drift', Date.now() + 60_000);
    expect(records.isSilenced('g', 'drift')).toBe(true);
    expect(records.list({ open: true, limit: 10 }).find(({ kind }) => kind === 'drift')?.silenced).toBe(true);
    records.silence('g', 'drift', Date.now() - 1);
    expect(records.isSilenced('g', 'drift')).toBe(false);
  });
});

it('loop events keep their order and evidence', () => {
  const records = createLoopRecords(database);
  const event = { graphId: 'g', nodeId: 'retrain', attempt: 'a', text: 'Because.' };
  const first = records.append({ ...event, type: 'triggered', evidence: { reasons: ['schedule'] } });
  records.append({ ...event, type: 'promoted', evidence: { model: 'm1' } });
  records.append({ ...event, nodeId: 'other', type: 'triggered', evidence: {} });
  expect(records.list({ graphId: 'g', nodeId: 'retrain', limit: 10 }).map(({ type }) => type)).toEqual([
    'triggered',
    'promoted',
  ]);
  expect(records.list({ graphId: 'g', after: first.seq, limit: 10 })).toHaveLength(2);
  expect(records.last('g', 'retrain', ['promoted', 'rolled-back'])?.evidence).toEqual({ model: 'm1' });
  expect(records.countSince('g', 'retrain', 'triggered', first.timeMs)).toBe(1);
  records.setReport('m1', 'r1');
  records.setReport('m1', 'r2');
  expect([records.reportOf('m1'), records.reportOf('m2')]).toEqual(['r2', undefined]);
});
