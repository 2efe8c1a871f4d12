import { describe, expect, it } from 'vitest';
import { inputsTaking, outputsGiving, searchKinds, definitions } from './kind-search.ts';

describe('searchKinds', () => {
  it('gives every kind for an empty text', () => {
    expect(searchKinds(' ')).toHaveLength(definitions.length);
  });

  it('finds by keyword and puts titles first', () => {
    expect(searchKinds('csv').map(({ kind }) => kind)).toContain('data.file');
    expect(searchKinds('boosted')[0]?.kind).toBe('train.trees');
  });

  it('finds nothing for words that occur nowhere', () => {
    expect(searchKinds('zzzz')).toEqual([]);
  });
});

describe('port search', () => {
  it('knows which ports a table fits and which give a model', () => {
    const trees = definitions.find(({ kind }) => kind === 'train.trees');
    const split = definitions.find(({ kind }) => kind === 'data.split');
    if (!trees || !split) throw new Error('the catalog lacks a kind');
    expect(inputsTaking(split, 'table')).toEqual(['input']);
    expect(inputsTaking(trees, 'table')).toEqual([]);
    expect(outputsGiving(trees, ['model'])).toEqual(['model']);
  });
});
