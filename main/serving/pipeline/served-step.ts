import type { PipelineStep } from '../../../shared/model/signature.ts';
import type { BatcherObserver, InferJob, RunDurations } from '../batcher.ts';
import { batchSizeBuckets, durationBuckets, Histogram } from '../histogram-metric.ts';
import { ModelStatistics } from '../model-statistics.ts';
import type { ReplicaSet } from '../replicas/replica-set.ts';
import type { Tensor } from '../tensor.ts';

/** One step of a served model: its workers, its queue, and what it has done. */
export class ServedStep {
  readonly spec: PipelineStep;
  readonly statistics = new ModelStatistics();
  readonly queueSeconds = new Histogram(durationBuckets);
  readonly runSeconds = new Histogram(durationBuckets);
  readonly batchSize = new Histogram(batchSizeBuckets);
  /** Rows that kept the answer they had, as there was no room here. */
  keptRows = 0;
  #replicas: ReplicaSet | undefined;

  constructor(spec: PipelineStep) {
    this.spec = spec;
  }

  get replicas(): ReplicaSet {
    if (this.#replicas === undefined) throw new Error(`step ${this.spec.name} has no workers yet`);
    return this.#replicas;
  }

  /** Before the first request. */
  set replicas(replicas: ReplicaSet) {
    this.#replicas = replicas;
  }

  /** Counts for this step, then for the model. */
  observer(model: Pick<BatcherObserver, 'queued' | 'ran'>): BatcherObserver {
    return {
      queued: (waitedMs) => {
        this.queueSeconds.observe(waitedMs / 1000);
        this.statistics.queued(waitedMs);
        model.queued(waitedMs);
      },
      ran: (rows, requests, durations: RunDurations) => {
        this.batchSize.observe(rows);
        this.runSeconds.observe(durations.inferMs / 1000);
        this.statistics.ran(rows, requests, durations);
        model.ran(rows, requests, durations);
      },
    };
  }

  /** Errors: those of `Batcher.submit`. */
  submit(job: InferJob, session: string | undefined): Promise<Tensor[]> {
    return this.replicas.submit(job, session);
  }
}
