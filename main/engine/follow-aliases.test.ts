import { expect, it } from 'vitest';
import { followAliases } from './follow-aliases.ts';

/** Runs the follower over what the registry says at each look. */
async function follow(looks: (string | Error)[], loadable: (digest: string) => boolean) {
  const ended = new AbortController();
  const swapped: string[] = [];
  const log: string[] = [];
  let named = '';
  await followAliases({
    served: ['a'],
    periodMs: 1,
    signal: ended.signal,
    log: (text) => log.push(text),
    resolve() {
      const look = looks.shift();
      if (looks.length === 0) ended.abort();
      if (look === undefined || look instanceof Error) return Promise.reject(look ?? new Error('no more'));
      named = look;
      return Promise.resolve([look]);
    },
    swap() {
      if (!loadable(named)) return Promise.reject(new Error(`${named} is broken`));
      swapped.push(named);
      return Promise.resolve();
    },
  });
  return { swapped, log };
}

it('swaps when the alias has moved, forward and back, and not otherwise', async () => {
  expect(await follow(['a', 'b', 'b', 'a', 'a'], () => true)).toEqual({ swapped: ['b', 'a'], log: [] });
});

it('keeps what it serves when the new model is broken, tries it once, and takes the next', async () => {
  const { swapped, log } = await follow(['broken', 'broken', 'c'], (digest) => digest !== 'broken');
  expect(swapped).toEqual(['c']);
  expect(log).toEqual(['The new model was not put live: broken is broken']);
});

it('takes back a promotion of a broken model without a swap', async () => {
  expect((await follow(['broken', 'a', 'a'], (digest) => digest !== 'broken')).swapped).toEqual([]);
});

it('asks a registry that is out of reach again and says so once', async () => {
  const { swapped, log } = await follow([new Error('gone'), new Error('gone'), 'b', 'b'], () => true);
  expect(swapped).toEqual(['b']);
  expect(log).toEqual(['The registry cannot be asked: gone', 'The registry answers again.']);
});
