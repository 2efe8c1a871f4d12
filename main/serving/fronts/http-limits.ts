/** What a front bears from a client. */
export const httpLimits = {
  maxHeaderSize: 16_384,
  headersTimeout: 15_000,
  requestTimeout: 120_000,
  keepAliveTimeout: 75_000,
  /** How often the timeouts are enforced. */
  connectionsCheckingInterval: 3_000,
} as const;

/** Further connections are closed at once: each costs memory even when it is silent. */
export const maxConnections = 16_384;

/** Bytes of all request bodies held at a time. */
export const bodyBudgetBytes = 512 * 2 ** 20;
