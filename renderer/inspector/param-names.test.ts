import { describe, expect, it } from 'vitest';
import { paramChange, reasonText } from './param-names.ts';
import { labelOf } from '../translation/kind-text.ts';

describe('labelOf', () => {
  it('splits camel case into words', () => {
    expect(labelOf('minRowsPerLeaf')).toBe('Min rows per leaf');
  });
});

describe('paramChange', () => {
  it('reads the earlier value out of a reason', () => {
    expect(paramChange('params.learningRate 0.1 → 0.05')).toEqual({ name: 'learningRate', before: 0.1 });
    expect(paramChange('params.path "a → b" → "c"')).toEqual({ name: 'path', before: 'a → b' });
    expect(paramChange('params.label unset → "x"')).toEqual({ name: 'label', before: undefined });
    expect(paramChange('params.query changed')).toBeUndefined();
    expect(paramChange('file changed')).toBeUndefined();
  });
});

describe('reasonText', () => {
  const titleOf = (id: string) => (id === 'trees' ? 'Boosted trees' : id);
  it('uses the words of the form and node titles', () => {
    expect(reasonText('params.learningRate 0.1 → 0.05', titleOf)).toBe('learning rate 0.1 → 0.05');
    expect(reasonText('waits for trees', titleOf)).toBe('waits for Boosted trees');
    expect(reasonText('file changed', titleOf)).toBe('file changed');
  });
});
