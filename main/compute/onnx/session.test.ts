import { readFileSync } from 'node:fs';
import { Tensor } from 'onnxruntime-node';
import { expect, it } from 'vitest';
import { openSession } from './session.ts';

/** A protobuf field: a number as varint, else bytes with their length. */
function field(number: number, value: number | string | Buffer): Buffer {
  if (typeof value === 'number') return Buffer.from([...varint(number * 8), ...varint(value)]);
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([...varint(number * 8 + 2), ...varint(bytes.length)]), bytes]);
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
}

const message = (...fields: Buffer[]): Buffer => Buffer.concat(fields);
const entry = (key: string, value: string): Buffer => message(field(1, key), field(2, value));
const floats = (name: string): Buffer =>
  message(field(1, name), field(2, field(1, message(field(1, 1), field(2, field(1, field(1, 16)))))));

/** y = x + w, where w is 16 bytes: `weights`, or those at the start of a file. */
function model(weights: Buffer | { file: string }): Buffer {
  const from = Buffer.isBuffer(weights)
    ? [field(9, weights)]
    : [
        field(13, entry('location', weights.file)),
        field(13, entry('offset', '0')),
        field(13, entry('length', '16')),
        field(14, 1),
      ];
  const tensor = message(field(1, 16), field(2, 3), field(8, 'w'), ...from);
  const toFloat = message(field(1, 'to'), field(3, 1), field(20, 2));
  const cast = message(field(1, 'w'), field(2, 's'), field(4, 'Cast'), field(5, toFloat));
  const add = message(field(1, 'x'), field(1, 's'), field(2, 'y'), field(4, 'Add'));
  const graph = [field(1, cast), field(1, add), field(2, 'g'), field(5, tensor)];
  const ends = [field(11, floats('x')), field(12, floats('y'))];
  return message(field(1, 8), field(7, message(...graph, ...ends)), field(8, message(field(1, ''), field(2, 17))));
}

it('reads no file that a model names for its weights, below the working directory either', async () => {
  const own = await openSession(model(Buffer.alloc(16, 7)), { threads: 1 });
  const { y } = await own.run({ x: new Tensor('float32', new Float32Array(16), [16]) });
  expect(y).toMatchObject({ data: new Float32Array(16).fill(7) });
  await own.release();

  expect(readFileSync('package.json').length).toBeGreaterThan(16);
  for (const file of ['package.json', './package.json', '../package.json', '/etc/hostname']) {
    await expect(openSession(model({ file }), { threads: 1, silent: true }), file).rejects.toMatchObject({
      code: 'model.invalid',
      fix: expect.stringContaining('one file') as string,
    });
  }
});
