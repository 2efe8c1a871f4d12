import { z } from 'zod';

/** How images were brought to the pixels of a column: whole numbers from 0 to 255, channel by channel, row by row. */
export const pixelShapeSchema = z.object({
  width: z.number().int().positive(),
  height: z.number().int().positive(),
  channels: z.literal([1, 3]),
  /** How another shape is brought to this one: drawn out, wholly inside with a border, or filling it and cut. */
  fit: z.enum(['stretch', 'contain', 'cover']),
  /** Grey value 0 to 255 behind clear pixels and in the border. */
  background: z.number().min(0).max(255),
});
export type PixelShape = z.infer<typeof pixelShapeSchema>;

/** By column of a table; it stands under `meta.pixels`, goes with the rows into training, and ends in the model's inputs. */
export type PixelColumns = Readonly<Record<string, PixelShape>>;

const pixelColumnsSchema = z.record(z.string(), pixelShapeSchema);

/** The columns of a table that were made of images; none for other tables. */
export function pixelColumnsOf(meta: Readonly<Record<string, unknown>>): PixelColumns {
  return pixelColumnsSchema.safeParse(meta['pixels']).data ?? {};
}
