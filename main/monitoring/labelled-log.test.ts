import { appendFile, mkdtemp, rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RecentRows } from '../serving/request-log.ts';
import { createFeedbackTail } from './feedback-tail.ts';
import { LabelledLog } from './labelled-log.ts';
import { removeFolder } from '../../test/support/remove-folder.ts';

const manifest = { task: 'binary', classes: [false, true], inputs: [{ name: 'x', type: 'float64' }] } as const;

/** The last `rows` of `logged` rows; row i has id `i`, value i and probability i / 1000. */
function recent(logged: number, rows: number, logId = 'a'): RecentRows {
  const numbers = Array.from({ length: rows }, (_, i) => logged - rows + i);
  return {
    logId,
    logged,
    seen: logged,
    unsampled: 0,
    missed: [],
    rows,
    ids: numbers.map((n) => `${logId}${n}`),
    timesMs: Float64Array.from(numbers),
    columns: [{ name: 'x', kind: 'number', values: Float64Array.from(numbers) }],
    outputs: [{ name: 'probability', kind: 'number', values: Float64Array.from(numbers, (n) => n / 1000) }],
  };
}

const log = (capacity = 1000) =>
  new LabelledLog({ ...manifest, classes: [...manifest.classes], inputs: [...manifest.inputs] }, capacity);

describe('LabelledLog', () => {
  it('takes every row once, though polls overlap and models change', () => {
    const rows = log();
    rows.add(recent(3, 3), 'm1');
    rows.add(recent(5, 5), 'm1');
    rows.add(recent(5, 5), 'm1');
    rows.add(recent(2, 2, 'b'), 'm2');
    const all = rows.rows(0, rows.end);
    expect(all.columns[0]).toMatchObject({ name: 'x', values: Float64Array.of(0, 1, 2, 3, 4, 0, 1) });
    expect(Array.from(all.scores.slice(0, 4))).toEqual([1, 0, 0.999, 0.001]);
    expect([rows.digestAt(4), rows.digestAt(5), rows.digestAt(7)]).toEqual(['m1', 'm2', undefined]);
  });

  it('joins labels that are late, twice, out of order or before their row', () => {
    const rows = log();
    rows.label('a4', true);
    expect(rows.counts()).toMatchObject({ rows: 0, waiting: 1 });
    rows.add(recent(5, 5), 'm1');
    rows.label('a3', true);
    rows.label('a0', false);
    rows.label('a3', false);
    rows.label('unknown', true);
    rows.label('a1', 'no class');
    expect(rows.counts()).toEqual({ rows: 5, labelled: 3, waiting: 1, repeated: 1 });
    expect(Array.from(rows.rows(0, 5).actual)).toEqual([0, Number.NaN, Number.NaN, 0, 1]);
    const labelled = rows.rows(0, 5, ({ actual }) => !Number.isNaN(actual));
    expect(Array.from(labelled.positions)).toEqual([0, 3, 4]);
    expect(rows.positionOfLastLabelled(2)).toBe(1);
    expect(rows.rows(rows.positionOfLastLabelled(2), 5, ({ actual }) => !Number.isNaN(actual)).rows).toBe(2);
  });

  it('forgets the oldest rows and their labels', () => {
    const rows = log(3);
    for (let n = 1; n <= 6; n++) {
      rows.add(recent(n, 1), 'm1');
      rows.label(`a${n - 1}`, true);
    }
    expect(rows.counts()).toMatchObject({ rows: 3, labelled: 3 });
    expect([rows.start, rows.end]).toEqual([3, 6]);
    rows.label('a0', false);
    expect(rows.counts()).toMatchObject({ labelled: 3, waiting: 1 });
  });

  it('leaves out rows without scores', () => {
    const rows = log();
    const withoutScores = recent(2, 2);
    withoutScores.outputs = [{ name: 'probability', kind: 'number', values: Float64Array.of(Number.NaN, 0.5) }];
    rows.add(withoutScores, 'm1');
    expect(Array.from(rows.rows(0, rows.end).timesMs)).toEqual([1]);
  });
});

it('reads stored labels once each, whole lines only, across a change of files', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'slipway-feedback-'));
  try {
    const path = join(dir, 'feedback.ndjson');
    const line = (id: string) => `${JSON.stringify({ id, label: true, model: 'm', receivedMs: 1 })}\n`;
    const tail = createFeedbackTail(dir);
    const ids = async () => (await tail.read()).map(({ id }) => id);
    expect(await ids()).toEqual([]);
    await writeFile(path, line('a') + line('b').slice(0, 9));
    expect(await ids()).toEqual(['a']);
    await appendFile(path, `${line('b').slice(9)}not json\n`);
    expect(await ids()).toEqual(['b']);
    await appendFile(path, line('c'));
    await rename(path, join(dir, 'feedback.1.ndjson'));
    await writeFile(path, line('d'));
    expect(await ids()).toEqual(['c', 'd']);
    expect(await ids()).toEqual([]);
  } finally {
    await removeFolder(dir);
  }
});
