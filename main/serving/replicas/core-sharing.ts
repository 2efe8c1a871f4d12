/** What says how much a model needs a further core, and could do without one. */
export interface CoreUse {
  /** Mean wait of its requests. */
  queueMs: number;
  /** Weight of the model among the others; 1 where nothing is said. */
  share: number;
}

export interface CoreHolder extends CoreUse {
  replicas: number;
  /** Least replicas it keeps. */
  minReplicas: number;
}

/** A wait counts as many times as the model's share. */
function need({ queueMs, share }: CoreUse): number {
  return queueMs * share;
}

/** The greatest need first. */
export function byNeed(a: CoreUse, b: CoreUse): number {
  return need(b) - need(a);
}

/**
 * Whose core a waiting model gets where none is free: of the models with more than their least the one in least need, when
 * that is less than half of the other's.
 */
export function donorFor<T extends CoreHolder>(wanting: CoreUse, holders: readonly T[]): T | undefined {
  let donor: T | undefined;
  let least = need(wanting) / 2;
  for (const holder of holders) {
    if (holder.replicas <= Math.max(1, holder.minReplicas) || need(holder) >= least) continue;
    donor = holder;
    least = need(holder);
  }
  return donor;
}
