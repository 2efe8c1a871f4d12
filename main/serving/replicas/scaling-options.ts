/** How many workers a model version has, and which of them answers. */
export interface ScalingOptions {
  /** 0: the last one may end while nobody asks. */
  minReplicas: number;
  maxReplicas: number;
  /** Mean wait in the queue above which a replica is added, ms. */
  targetQueueMs: number;
  /** With `minReplicas` 0: seconds without a request after which the last replica ends. */
  idleSeconds: number;
  /** `session`: requests with equal `x-slipway-session` go to one replica, others to the one with the least to do. */
  balance: BalancePolicy;
}

export type BalancePolicy = 'least-outstanding' | 'session';

/** What the models of one process share. */
export interface FleetOptions {
  /** Threads of all replicas together beyond which none is added. */
  cores: number;
  /** Memory that loaded models may take, least recently used ones making room; null: no bound. */
  memoryBudgetBytes: number | null;
  /** Models are loaded by their first request instead of at the start. */
  loadOnDemand: boolean;
  /** Weight of a model by its name when cores are short; 1 for others. */
  shares: Readonly<Record<string, number>>;
  /** Names of models that never make room. */
  pinned: readonly string[];
}

export const defaultScaling: ScalingOptions = {
  minReplicas: 1,
  maxReplicas: 1,
  targetQueueMs: 10,
  idleSeconds: 300,
  balance: 'least-outstanding',
};
