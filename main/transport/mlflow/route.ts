/** By `METHOD path` below the prefix: answers a JSON body from the fields of body or query. Throws what is wrong. */
export type MlflowRoutes = Record<string, (input: unknown) => object>;
