/**
 * Form hints for a parameter, given as `.meta({ ui: … })` on its zod schema; they travel through `z.toJSONSchema`.
 * Without a hint the control follows from the schema: boolean → switch, enum → segmented or select, number → number
 * field (with a slider where both bounds exist), string → text field, array of strings → list.
 */
export type ParamUi =
  | { control: 'column' /** Input port whose columns are offered. */; port: string; types?: readonly string[] }
  | { control: 'columns'; port: string; types?: readonly string[] }
  /** A query over the node's inputs, or with `over` over the tables that the node's `catalog` names. */
  | { control: 'sql'; over?: 'catalog' }
  /** One expression over the columns of a port: of SQL, or a formula of `shared/expression`. */
  | { control: 'expression'; port: string; language?: 'formula' }
  /** A record: column of a port → value. */
  | { control: 'map'; port: string }
  | { control: 'path'; extensions: readonly string[] }
  | { control: 'datetime' }
  | { control: 'multiline' }
  | { control: 'hidden' };

export interface ParamMeta {
  ui?: ParamUi;
  /** Shown after the field, e.g. `rows`. */
  unit?: string;
  /** Heading the field stands under. */
  section?: string;
  /** Only for people who look for it. */
  advanced?: boolean;
  /** Label; else from the name. */
  label?: string;
}

export function paramMeta(meta: ParamMeta): Record<string, unknown> {
  return { ...meta };
}
