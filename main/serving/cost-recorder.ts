/** Seconds over which the idle share is taken. */
const windowSeconds = 10;

/** What answering costs in CPU time, and how much of the workers' time is unused. */
export class CostRecorder {
  readonly #startCpuUs: number;
  #busyMs = 0;
  #window: { busyMs: number; capacityMs: number }[] = [];

  constructor(cpuUs: number) {
    this.#startCpuUs = cpuUs;
  }

  /** Once a second; totals since the start, `threads` of the workers there are. */
  tick(
    total: { cpuUs: number; busyMs: number; rows: number },
    threads: number,
  ): {
    cpuUsPer1000: number | null;
    idleShare: number | null;
  } {
    this.#window.push({ busyMs: Math.max(0, total.busyMs - this.#busyMs), capacityMs: threads * 1000 });
    this.#busyMs = total.busyMs;
    if (this.#window.length > windowSeconds) this.#window.shift();
    const capacityMs = this.#window.reduce((sum, second) => sum + second.capacityMs, 0);
    const busyMs = this.#window.reduce((sum, second) => sum + second.busyMs, 0);
    return {
      cpuUsPer1000: total.rows === 0 ? null : ((total.cpuUs - this.#startCpuUs) / total.rows) * 1000,
      idleShare: capacityMs === 0 ? null : Math.min(1, Math.max(0, 1 - busyMs / capacityMs)),
    };
  }
}
