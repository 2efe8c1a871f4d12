import { appendFileSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { removeFolder } from '../../test/support/remove-folder.ts';
import { createFeedbackTail } from '../monitoring/feedback-tail.ts';
import { FeedbackStore } from './feedback-store.ts';

const dir = mkdtempSync(join(tmpdir(), 'feedback-store-'));
afterAll(() => removeFolder(dir));
const label = (id: string) => ({ id, label: 1, model: 'm' });

it('keeps labels that come at once, and those after a line that a loss of power cut off', async () => {
  const store = new FeedbackStore(dir);
  await Promise.all(['a', 'b', 'c'].map((id) => store.add([label(id)], 1)));
  const path = join(dir, 'feedback.ndjson');
  expect(readFileSync(path, 'utf8').split('\n')).toHaveLength(4);
  appendFileSync(path, '{"id":"cut","lab');
  await new FeedbackStore(dir).add([label('d'), label('e')], 2);
  const entries = await createFeedbackTail(dir).read();
  expect(entries.map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd', 'e']);
});

it('says when labels cannot be stored, and stores the next ones', async () => {
  const folder = join(dir, 'other');
  appendFileSync(folder, 'a file in the place of the folder');
  const store = new FeedbackStore(folder);
  await expect(store.add([label('a')], 1)).rejects.toMatchObject({ code: 'disk.read-only' });
  await removeFolder(folder);
  await store.add([label('b')], 1);
  expect((await createFeedbackTail(folder).read()).map(({ id }) => id)).toEqual(['b']);
});
