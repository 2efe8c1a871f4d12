import { describe, expect, it } from 'vitest';
import { catalog } from '../../nodes/catalog.ts';
import { germanKindTitles } from './kind-titles.ts';

describe('titles of kinds', () => {
  it('are there in German for every kind, and for no other', () => {
    expect(Object.keys(germanKindTitles).toSorted()).toEqual(Object.keys(catalog).toSorted());
  });
});
