/** What flows along an edge. `features` carries a fitted pipeline and the table it was fitted on. */
export const portTypes = ['table', 'features', 'model', 'report', 'image', 'stream'] as const;
export type PortType = (typeof portTypes)[number];

/** Whether data in an edge come from training or held-out rows; a fit port refuses `test`. */
export type Lineage = 'all' | 'train' | 'validation' | 'test';
