import { expect, it } from 'vitest';
import { treeLines } from './file-tree.ts';

it('shows folders before files and indents what is inside', () => {
  const lines = treeLines(['kustomization.yaml', 'batch/job.yaml', 'batch/pvc.yaml', 'app/a/b.yaml']);
  expect(lines.map((line) => `${'  '.repeat(line.depth)}${line.name}${line.folder ? '/' : ''}`)).toEqual([
    'app/',
    '  a/',
    '    b.yaml',
    'batch/',
    '  job.yaml',
    '  pvc.yaml',
    'kustomization.yaml',
  ]);
  expect(lines[1]?.path).toBe('app/a/');
});

it('is empty without files', () => {
  expect(treeLines([])).toEqual([]);
});
