import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { z } from 'zod';

/** Values that a map repeats its group for. */
const mostItems = 200;
const longestPlain = 24;

/** Params of a map beside those of its group. */
export const mapParams = {
  items: z
    .array(z.union([z.string().max(200), z.number(), z.boolean()]))
    .min(1)
    .max(mostItems)
    .describe('What the group is repeated for'),
  itemParameter: z.string().default('').describe('Parameter of the group that gets the value'),
  itemInput: z.string().default('').describe('Input of the group that gets only the rows with the value'),
  itemColumn: z.string().default('').describe('Column of these rows that has the value'),
  itemName: z.string().default('item').describe('Column of the collected tables that says which value a row is for'),
};
const mapSchema = z.object(mapParams);
export type MapParams = z.output<typeof mapSchema>;

/** The params of a map; undefined where they are not usable. */
export function readMapParams(params: unknown): MapParams | undefined {
  return mapSchema.safeParse(params).data;
}

/** Ids that stand beside the items of a map. */
const reserved = new Set(['collect', 'partition']);

/**
 * Ids of the items of a map, by value: `atl` is `atl`, `ATL` is `atl_` and a part of its hash. An id follows from its value alone, so that adding or moving
 * values changes no other item.
 */
export function mapItemIds(values: readonly MapParams['items'][number][]): string[] {
  return values.map((value) => {
    const text = String(value);
    const plain = text.toLowerCase();
    if (/^[a-z][a-z0-9_]*$/.test(plain) && plain === text && plain.length <= longestPlain && !reserved.has(plain))
      return plain;
    if (/^\d{1,12}$/.test(text)) return text;
    const readable = plain
      .replaceAll(/[^a-z0-9]+/g, '_')
      .replaceAll(/^_+|_+$/g, '')
      .slice(0, longestPlain - 8);
    const hash = bytesToHex(sha256(utf8ToBytes(`${typeof value} ${text}`))).slice(0, 6);
    return readable === '' ? `v_${hash}` : `${readable}_${hash}`;
  });
}
