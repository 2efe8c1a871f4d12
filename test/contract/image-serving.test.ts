import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encode } from 'fast-png';
import { encode as encodeJpeg } from 'jpeg-js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { decodeImage } from '../../main/compute/images/decode-image.ts';
import { pixelsOf } from '../../main/compute/images/resize-image.ts';
import { runSlipway, startSlipway } from '../support/run-slipway.ts';
import { removeFolder } from '../support/remove-folder.ts';

const node = (kind: string, params: Record<string, unknown> = {}) => ({ kind, version: 1, params });
const edge = (from: string, to: string) => ({ from, to });

/** A bright bar, lying or standing, in a picture of any size. */
function bar(kind: 'lying' | 'standing', width: number, height: number, at: number): Uint8Array {
  const data = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const share = kind === 'lying' ? y / height : x / width;
      data[y * width + x] = Math.abs(share - at) < 0.2 ? 230 : (x * 7 + y * 3) % 40;
    }
  }
  return encode({ width, height, channels: 1, data });
}

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-image-serving-'));
  for (const kind of ['lying', 'standing'] as const) {
    mkdirSync(join(folder, 'bars', kind), { recursive: true });
    for (let i = 0; i < 40; i++) {
      const picture = bar(kind, 16 + (i % 5) * 3, 16 + (i % 7) * 2, 0.3 + (i % 6) / 15);
      writeFileSync(join(folder, 'bars', kind, `${i}.png`), picture);
    }
  }
});
afterAll(async () => {
  await removeFolder(folder);
});

const graph = {
  format: 'slipway/graph',
  formatVersion: 1,
  id: 'bars',
  name: 'Bars',
  nodes: {
    bars: node('data.images', { path: 'bars', width: 12, height: 12, fit: 'stretch' }),
    split: node('data.split', { method: 'random', testShare: 0.25, seed: 1 }),
    image: node('feature.image', { columns: ['pixels'], height: 8, width: 8, mean: 0.5, std: 0.25 }),
    cnn: node('train.cnn', { label: 'label', input: 'pixels', convolutions: [4], epochs: 6, seed: 1 }),
    judge: node('train.evaluate'),
    register: node('train.register', { name: 'bars', alias: 'champion' }),
    endpoint: node('serve.endpoint'),
  },
  edges: [
    edge('bars.table', 'split.input'),
    edge('split.train', 'image.input'),
    edge('image.features', 'cnn.features'),
    edge('cnn.model', 'judge.model'),
    edge('split.test', 'judge.table'),
    edge('cnn.model', 'register.model'),
    edge('judge.report', 'register.report'),
    edge('register.model', 'endpoint.model'),
  ],
  parameters: {},
  groups: {},
  layout: { nodes: {}, frames: [] },
};

it('takes images as files in base64, decoded and reduced as those of training were', async () => {
  const path = join(folder, 'bars.slipway.json');
  writeFileSync(path, `${JSON.stringify(graph, null, 2)}\n`);
  const run = await runSlipway(['run', path], join(folder, 'data'));
  expect(run.last).toMatchObject({ status: 'succeeded' });

  const { url, stop } = await startSlipway(['up', path, '--http', '0'], join(folder, 'data'));
  const ask = async (pixels: unknown, more: Record<string, unknown>[] = []) => {
    const body = JSON.stringify({ rows: [{ pixels }, ...more] });
    const response = await fetch(`${url}/v1/models/bars/predict`, { method: 'POST', body });
    return (await response.json()) as { predictions?: { label: string; scores: unknown }[]; error?: string };
  };
  const picture = Buffer.from(bar('lying', 31, 22, 0.5));
  const shape = { width: 12, height: 12, channels: 1, fit: 'stretch', background: 0 } as const;
  const pixels = pixelsOf(await decodeImage(picture), shape);
  const listed = await ask([...pixels]);
  expect(listed.predictions?.[0]?.label).toBe('lying');
  const sent = await ask(picture.toString('base64'));
  expect(sent.predictions).toEqual(listed.predictions);
  const both = await ask(`data:image/png;base64,${picture.toString('base64')}`, [{ pixels: [...pixels] }]);
  expect(both.predictions).toEqual([...(listed.predictions ?? []), ...(listed.predictions ?? [])]);

  const rgba = (await decodeImage(Buffer.from(bar('standing', 40, 40, 0.5)))).rgba;
  const jpeg = encodeJpeg({ width: 40, height: 40, data: Buffer.from(rgba) }, 90).data;
  expect((await ask(jpeg.toString('base64'))).predictions?.[0]?.label).toBe('standing');

  for (const [bad, says] of [
    ['no image!', /Row 0, column “pixels”: The text is no image in base64/],
    [Buffer.from('hello').toString('base64'), /neither PNG nor JPEG/],
    [picture.subarray(0, 60).toString('base64'), /Row 0, column “pixels”: The image cannot be read/],
    ['', /no image in base64/],
  ] as const) {
    expect((await ask(bad)).error).toMatch(says);
  }
  const openapi = (await (await fetch(`${url}/v2/openapi.json`)).json()) as unknown;
  expect(JSON.stringify(openapi)).toContain('"contentEncoding":"base64"');
  await stop();
});
