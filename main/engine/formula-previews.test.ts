import { expect, it, vi } from 'vitest';
import type { TablePage } from '../../shared/rpc/engine-contract.ts';
import { createFormulaPreviews } from './formula-previews.ts';

const page: TablePage = { columns: [], rows: [], offset: 0, total: 0 };

it('computes one preview at a time, and none that was cancelled while it waited', async () => {
  const computed: string[] = [];
  let running = 0;
  const preview = createFormulaPreviews({
    preview: async ({ formula }) => {
      computed.push(formula);
      running += 1;
      expect(running).toBe(1);
      await Promise.resolve();
      running -= 1;
      if (formula === 'bad') throw new Error('bad');
      return page;
    },
  });
  const asked = (formula: string, signal?: AbortSignal) => preview({ formula, digest: 'd', rows: 8 }, signal);
  const cancel = new AbortController();
  const all = Promise.allSettled([asked('bad'), asked('b', cancel.signal), asked('c')]);
  cancel.abort();
  expect((await all).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
  expect(computed).toEqual(['bad', 'c']);
});

it('ends one that is cancelled or takes too long, and says which', async () => {
  vi.useFakeTimers();
  try {
    const preview = createFormulaPreviews({
      preview: (_, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason as Error));
        }),
    });
    const cancel = new AbortController();
    const cancelled = preview({ formula: 'a', digest: 'd', rows: 8 }, cancel.signal);
    await vi.advanceTimersByTimeAsync(100);
    cancel.abort();
    await expect(cancelled).rejects.toMatchObject({ code: 'run.cancelled' });
    const slow = preview({ formula: 'a', digest: 'd', rows: 8 });
    const refused = expect(slow).rejects.toMatchObject({ code: 'data.query', message: /more than 6 s/ });
    await vi.advanceTimersByTimeAsync(10_000);
    await refused;
  } finally {
    vi.useRealTimers();
  }
});
