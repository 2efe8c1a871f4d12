/** Holds back the attempts of a paused run; what runs goes on. */
export interface RunGate {
  readonly isOpen: boolean;
  /** Resolves at once while the gate is open, else when it opens. */
  opened(): Promise<void>;
  open(): void;
  close(): void;
}

export function createRunGate(): RunGate {
  let closed: { until: Promise<void>; end: () => void } | undefined;
  return {
    get isOpen() {
      return closed === undefined;
    },
    opened: () => closed?.until ?? Promise.resolve(),
    open: () => {
      closed?.end();
      closed = undefined;
    },
    close: () => {
      if (closed !== undefined) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      closed = { until: promise, end: resolve };
    },
  };
}
