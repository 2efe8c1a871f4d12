import { z } from 'zod';
import { carryGroups } from './carry-groups.ts';
import { type GraphGroup, graphGroupSchema } from './document.ts';
import { idSchema } from './ids.ts';

/** Where a group of a graph came from, or was saved to: `origin` of the group. */
export const groupOriginSchema = z.object({ name: idSchema, version: z.number().int().positive() });
export type GroupOrigin = z.infer<typeof groupOriginSchema>;

/** A group with those inside it, to be placed into any graph. */
export const libraryGroupSchema = z.object({
  group: idSchema,
  groups: z.record(idSchema, graphGroupSchema),
});
export type LibraryGroup = z.infer<typeof libraryGroupSchema>;

export function originOf(group: GraphGroup): GroupOrigin | undefined {
  return groupOriginSchema.safeParse((group as { origin?: unknown }).origin).data;
}

/** Whether both place the same steps; titles, layout and origins do not matter. */
export function sameGroup(one: LibraryGroup, other: LibraryGroup): boolean {
  if (Object.keys(one.groups).length !== Object.keys(other.groups).length || one.group !== other.group) return false;
  return Object.keys(carryGroups(one.groups, other.groups).groups).length === 0;
}
