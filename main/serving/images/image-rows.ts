import { AppError, toAppError } from '../../../shared/errors/app-error.ts';
import type { InputColumn } from '../../../shared/model/signature.ts';
import type { PixelShape } from '../../../shared/table/pixel-columns.ts';
import { isRecord } from '../is-record.ts';

/** Decoded, before it is looked at. */
const mostImageBytes = 32 * 2 ** 20;
const dataUrl = /^data:[a-z0-9.+/-]{0,100};base64,/i;
const base64 = /^[A-Za-z0-9+/_-]*={0,2}$/;

/**
 * JSON rows with the pixels of the images they carry: text in a column that was made of images is a PNG or JPEG in base64,
 * or a `data:` URL of one. Lists of pixels stay as they are. Errors: `request.invalid` naming row and column,
 * `serve.overloaded`.
 */
export async function withPixels(
  rows: readonly Record<string, unknown>[],
  inputs: readonly InputColumn[],
  decode: (bytes: Uint8Array, shape: PixelShape) => Promise<Float32Array>,
): Promise<readonly Record<string, unknown>[]> {
  const columns = inputs.flatMap(({ name, pixels }) => (pixels === undefined ? [] : [{ name, pixels }]));
  const carries = rows.some((row) => isRecord(row) && columns.some(({ name }) => typeof row[name] === 'string'));
  if (!carries) return rows;
  return Promise.all(
    rows.map(async (row, index) => {
      if (!isRecord(row)) return row;
      const decoded = { ...row };
      for (const { name, pixels } of columns) {
        const value = row[name];
        if (typeof value !== 'string') continue;
        try {
          decoded[name] = await decode(bytesOf(value), pixels);
        } catch (error) {
          const { code, message, fix } = toAppError(error);
          if (code === 'serve.overloaded') throw error;
          throw new AppError('request.invalid', `Row ${index}, column “${name}”: ${message}`, {
            fix: fix ?? 'Send a PNG or JPEG file in base64, or its pixels as a list of numbers.',
            details: { row: index, column: name },
          });
        }
      }
      return decoded;
    }),
  );
}

function bytesOf(text: string): Buffer {
  const encoded = text.replace(dataUrl, '').replaceAll(/\s/g, '');
  if (encoded.length * 0.75 > mostImageBytes + 3) {
    throw new AppError('request.invalid', `The image has more than ${mostImageBytes} bytes.`, {
      fix: 'Send a smaller image.',
    });
  }
  if (encoded === '' || !base64.test(encoded)) {
    throw new AppError('request.invalid', 'The text is no image in base64.', {
      fix: 'Send a PNG or JPEG file in base64, or its pixels as a list of numbers.',
    });
  }
  return Buffer.from(encoded, 'base64');
}
