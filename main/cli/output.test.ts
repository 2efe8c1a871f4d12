import { afterEach, expect, it, vi } from 'vitest';
import { AppError } from '../../shared/errors/app-error.ts';
import { createOutput } from './output.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

it('says nothing to the terminal itself, whatever a name in a graph holds', () => {
  const written: string[] = [];
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, 'write').mockImplementation((text) => {
      written.push(String(text));
      return true;
    });
  }
  const name = 'data.\u001b]0;owned\u0007x\u001b[2J\u001b[31m\u009b1A\rfile\b\u007f';
  const output = createOutput(false);
  output.line(`1 ${name}`);
  output.log(`2 ${name}\n\tmore`);
  output.result({}, `3 ${name}`);
  output.error(new AppError('params.invalid', `4 ${name}`, { fix: name, nodeId: name }));
  createOutput(true).result({ name }, '');
  expect(written).toEqual([
    '1 data.xfile\n',
    '2 data.xfile\n\tmore\n',
    '3 data.xfile\n',
    'data.xfile: 4 data.xfile\n  data.xfile\n',
    expect.stringContaining('\\u001b]0;owned\\u0007') as string,
  ]);
});
