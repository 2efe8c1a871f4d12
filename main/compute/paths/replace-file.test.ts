import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { removeFolder } from '../../../test/support/remove-folder.ts';
import { besideFile, createFile, replaceFile, replaceFileSync } from './replace-file.ts';

const dir = mkdtempSync(join(tmpdir(), 'replace-file-'));
afterAll(() => removeFolder(dir));

it('puts a file in the place of another, and leaves no temporary file', async () => {
  const target = join(dir, 'replaced');
  for (const text of ['1', '2']) {
    const temporary = besideFile(target);
    writeFileSync(temporary, text);
    await replaceFile(temporary, target);
    expect(readFileSync(target, 'utf8')).toBe(text);
  }
  const temporary = besideFile(target);
  writeFileSync(temporary, '3');
  replaceFileSync(temporary, target);
  expect(readFileSync(target, 'utf8')).toBe('3');
  const other = besideFile(target);
  writeFileSync(other, '4');
  expect(() => replaceFileSync(other, join(dir, 'missing', 'file'))).toThrow('ENOENT');
  await expect(replaceFile(besideFile(target), target)).rejects.toThrow('ENOENT');
  expect(readdirSync(dir)).toEqual(['replaced']);
});

it('makes a file that is not there, and leaves one that is', async () => {
  const target = join(dir, 'created');
  await createFile(target, 'first', 0o600);
  await expect(createFile(target, 'second')).rejects.toMatchObject({ code: 'EEXIST' });
  expect(readFileSync(target, 'utf8')).toBe('first');
  if (process.platform !== 'win32') expect(statSync(target).mode & 0o777).toBe(0o600);
  expect(readdirSync(dir).filter((name) => name.includes('created'))).toEqual(['created']);
});
