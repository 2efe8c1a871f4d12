import { crc32, deflateSync } from 'node:zlib';
import { encode as encodePng } from 'fast-png';
import { encode as encodeJpeg } from 'jpeg-js';
import { describe, expect, it } from 'vitest';
import { decodeImage } from './decode-image.ts';
import { pixelsOf } from './resize-image.ts';

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}

/** A PNG with rows as they are, each behind its filter byte. */
function png(
  { width, height, depth, colour }: { width: number; height: number; depth: number; colour: number },
  rows: Buffer,
  others: Buffer[] = [],
): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([depth, colour, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const parts = [chunk('IHDR', header), ...others, chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))];
  return Buffer.concat([signature, ...parts]);
}

/** A JPEG of four quarters, with an orientation as a camera notes it. */
function quarters(orientation: number): Buffer {
  const size = 32;
  const data = Buffer.alloc(size * size * 4, 255);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const value = (y < size / 2 ? 0 : 2) + (x < size / 2 ? 0 : 1);
      data.fill(value * 80, (y * size + x) * 4, (y * size + x) * 4 + 3);
    }
  }
  const jpeg = Buffer.from(encodeJpeg({ width: size, height: size, data }, 95).data);
  const exif = Buffer.from('Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\0\0\0\0\0\0\0', 'latin1');
  exif.writeUInt16BE(orientation, 6 + 8 + 2 + 8);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(exif.length + 2);
  return Buffer.concat([jpeg.subarray(0, 2), Buffer.from([0xff, 0xe1]), length, exif, jpeg.subarray(2)]);
}

const grey = { channels: 1, fit: 'stretch', background: 0 } as const;

describe('decodeImage', () => {
  it('reads PNG of each kind of samples', async () => {
    const rgba = await decodeImage(
      Buffer.from(encodePng({ width: 2, height: 1, channels: 4, data: Uint8Array.of(1, 2, 3, 4, 250, 251, 252, 253) })),
    );
    expect(rgba).toMatchObject({ width: 2, height: 1 });
    expect([...rgba.rgba]).toEqual([1, 2, 3, 4, 250, 251, 252, 253]);
    const deep = encodePng({ width: 1, height: 1, channels: 1, depth: 16, data: Uint16Array.of(0x8080) });
    expect([...(await decodeImage(Buffer.from(deep))).rgba]).toEqual([128, 128, 128, 255]);
    const bits = png({ width: 8, height: 1, depth: 1, colour: 0 }, Buffer.from([0, 0b10110001]));
    expect([...pixelsOf(await decodeImage(bits), { width: 8, height: 1, ...grey })]).toEqual(
      [1, 0, 1, 1, 0, 0, 0, 1].map((bit) => bit * 255),
    );
    const palette = [chunk('PLTE', Buffer.from([255, 0, 0, 0, 0, 255])), chunk('tRNS', Buffer.from([128]))];
    const indexed = png({ width: 4, height: 1, depth: 2, colour: 3 }, Buffer.from([0, 0b01000100]), palette);
    const [red, blue] = [
      [255, 0, 0, 128],
      [0, 0, 255, 255],
    ];
    expect([...(await decodeImage(indexed)).rgba]).toEqual([blue, red, blue, red].flat());
    const rows = Buffer.from([0, 9, 8, 7, 9, 8, 6, 0, 9, 8, 7, 1, 1, 1]);
    const clear = png({ width: 2, height: 2, depth: 8, colour: 2 }, rows, [
      chunk('tRNS', Buffer.from([0, 9, 0, 8, 0, 7])),
    ]);
    const { rgba: cleared } = await decodeImage(clear);
    expect([3, 7, 11, 15].map((alpha) => cleared[alpha])).toEqual([0, 255, 0, 255]);
  });

  it.each([
    [1, [0, 80, 160, 240]],
    [2, [80, 0, 240, 160]],
    [3, [240, 160, 80, 0]],
    [4, [160, 240, 0, 80]],
    [5, [0, 160, 80, 240]],
    [6, [160, 0, 240, 80]],
    [7, [240, 80, 160, 0]],
    [8, [80, 240, 0, 160]],
  ])('turns a JPEG by orientation %i', async (orientation, expected) => {
    const image = await decodeImage(quarters(orientation));
    const corners = [8 * 32 + 8, 8 * 32 + 24, 24 * 32 + 8, 24 * 32 + 24].map((at) => image.rgba[at * 4] ?? -1);
    expect(corners.map((value) => Math.round(value / 80) * 80)).toEqual(expected);
  });

  it('refuses what is no image, is broken, or would not fit', async () => {
    const whole = Buffer.from(encodePng({ width: 40, height: 40, channels: 1, data: new Uint8Array(1600).fill(7) }));
    const bomb = png({ width: 2, height: 2, depth: 8, colour: 0 }, Buffer.alloc(2 ** 24));
    const huge = png({ width: 100_000, height: 100_000, depth: 8, colour: 0 }, Buffer.alloc(10));
    const zipped = png({ width: 1, height: 1, depth: 8, colour: 0 }, Buffer.from([0, 5]), [
      chunk('iCCP', Buffer.concat([Buffer.from('a\0\0', 'latin1'), deflateSync(Buffer.alloc(2 ** 24))])),
    ]);
    const noPixels = png({ width: 0, height: 0, depth: 8, colour: 0 }, Buffer.alloc(0));
    const inputs = [
      Buffer.alloc(0),
      Buffer.from('GIF89a'),
      whole.subarray(0, 60),
      noPixels,
      bomb,
      huge,
      quarters(1).subarray(0, 300),
    ];
    for (const bytes of inputs) await expect(decodeImage(bytes)).rejects.toMatchObject({ code: 'data.unreadable' });
    expect((await decodeImage(zipped)).rgba[0]).toBe(5);
  });

  it('ends for bytes changed at any place', async () => {
    const files = [
      quarters(6),
      Buffer.from(encodePng({ width: 9, height: 9, channels: 3, data: new Uint8Array(243).fill(90) })),
    ];
    for (const file of files) {
      for (let at = 0; at < file.length; at += 7) {
        const changed = Buffer.from(file);
        changed[at] = (changed[at] ?? 0) ^ 0x5a;
        const ended = await decodeImage(changed).catch((error: { code: string }) => error.code);
        if (typeof ended === 'string') expect(ended).toBe('data.unreadable');
      }
    }
  });
});

describe('pixelsOf', () => {
  const image = (width: number, height: number, value: (x: number, y: number) => [number, number, number, number]) => ({
    width,
    height,
    rgba: Uint8Array.from(
      Array.from({ length: width * height }, (_, at) => value(at % width, Math.floor(at / width))).flat(),
    ),
  });

  it('keeps an image of the wanted shape, one channel after another', () => {
    const given = image(3, 2, (x, y) => [x * 10, y * 10, 7, 255]);
    expect([...pixelsOf(given, { width: 3, height: 2, channels: 3, fit: 'cover', background: 0 })]).toEqual([
      0, 10, 20, 0, 10, 20, 0, 0, 0, 10, 10, 10, 7, 7, 7, 7, 7, 7,
    ]);
  });

  it('takes the mean when it reduces, and keeps what is even when it enlarges', () => {
    const stripes = image(64, 64, (x) => (x % 2 === 0 ? [255, 255, 255, 255] : [0, 0, 0, 255]));
    for (const value of pixelsOf(stripes, { width: 8, height: 8, ...grey }))
      expect(Math.abs(value - 127.5)).toBeLessThan(9);
    const even = image(3, 3, () => [40, 40, 40, 255]);
    expect(new Set(pixelsOf(even, { width: 17, height: 5, ...grey }))).toEqual(new Set([40]));
  });

  it('adds a border, cuts, or draws out', () => {
    const wide = image(4, 2, (x) => (x < 2 ? [200, 200, 200, 255] : [100, 100, 100, 255]));
    const at = (fit: 'contain' | 'cover' | 'stretch') =>
      [...pixelsOf(wide, { width: 4, height: 4, channels: 1, fit, background: 9 })].slice(0, 4);
    expect(at('contain')).toEqual([9, 9, 9, 9]);
    expect(at('stretch')).toEqual([200, 200, 100, 100]);
    const [left, , , right] = at('cover');
    expect([left, right]).toEqual([200, 100]);
    expect([
      ...pixelsOf(
        image(1, 1, () => [0, 0, 0, 0]),
        { width: 1, height: 1, channels: 1, fit: 'stretch', background: 255 },
      ),
    ]).toEqual([255]);
  });
});
