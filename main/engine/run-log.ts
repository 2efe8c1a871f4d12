import { AppError } from '../../shared/errors/app-error.ts';
import type { Progress, RunEvent } from '../../shared/events/run-events.ts';
import { isAlive } from '../compute/paths/process-identity.ts';
import type { RunRecords } from '../store/run-records.ts';

type WithoutBase<E> = E extends RunEvent ? Omit<E, 'runId' | 'seq' | 'time'> : never;
/** An event before it has its place in the log. */
export type NewRunEvent = WithoutBase<RunEvent>;

const storeEveryMs = 50;
const progressEveryMs = 100;
/** Pause before events that could not be stored (full disk) are tried again. */
const storeAgainMs = 1000;
/** A follower that reads slower than this many events loses progress, never anything else. */
const maxBacklog = 1000;
/** How often the log of a run that another process owns is read. */
const pollMs = 200;

/** The event log of one run while it runs here. */
export interface LiveRunLog {
  emit(event: NewRunEvent): void;
  /** At most ten a second per step and the last one. */
  progress(id: string, progress: Progress): void;
  /** Writes what is buffered; what cannot be written stays buffered and is tried again. */
  flush(): void;
  /** Events that are not stored yet. */
  buffered(): readonly RunEvent[];
}

export interface RunLogs {
  open(runId: string): LiveRunLog;
  /** Stored events after `after`, then new ones until the run has finished. Throws `run.not-found`. */
  follow(runId: string, after: number, signal: AbortSignal | undefined): AsyncGenerator<RunEvent, void, undefined>;
  /** Ends what still follows; the records may then be closed. */
  close(): void;
}

interface Follower {
  push(event: RunEvent): void;
}

export function createRunLogs(records: RunRecords): RunLogs {
  const live = new Map<string, { log: LiveRunLog; followers: Set<Follower> }>();
  let closed = false;

  const open = (runId: string): LiveRunLog => {
    const followers = new Set<Follower>();
    let seq = 0;
    let buffer: RunEvent[] = [];
    let timer: NodeJS.Timeout | undefined;
    let finished = false;
    const pending = new Map<string, { progress: Progress; timer: NodeJS.Timeout }>();
    const sent = new Map<string, number>();

    const flush = () => {
      clearTimeout(timer);
      timer = undefined;
      if (buffer.length > 0) {
        try {
          records.append(
            runId,
            buffer.map((event) => ({ seq: event.seq, event: JSON.stringify(event) })),
            finished,
          );
          buffer = [];
        } catch {
          // Followers get the events all the same; the run itself fails with the reason when it has to store something.
          if (!closed) timer = setTimeout(flush, storeAgainMs).unref();
          return;
        }
      }
      if (finished) live.delete(runId);
    };
    const append = (event: NewRunEvent) => {
      const full = { ...event, runId, seq: ++seq, time: Date.now() } as RunEvent;
      buffer.push(full);
      for (const follower of followers) follower.push(full);
      if (full.type === 'run.finished') {
        finished = true;
        flush();
      } else timer ??= setTimeout(flush, storeEveryMs);
    };
    const sendProgress = (id: string, progress: Progress) => {
      sent.set(id, performance.now());
      append({ type: 'step.progress', id, progress });
    };
    const settleProgress = (id: string) => {
      const waiting = pending.get(id);
      if (waiting === undefined) return;
      clearTimeout(waiting.timer);
      pending.delete(id);
      sendProgress(id, waiting.progress);
    };
    const log: LiveRunLog = {
      emit: (event) => {
        if (event.type === 'step.finished') settleProgress(event.id);
        append(event);
      },
      progress: (id, progress) => {
        const waiting = pending.get(id);
        if (waiting !== undefined) {
          waiting.progress = progress;
          return;
        }
        const due = (sent.get(id) ?? Number.NEGATIVE_INFINITY) + progressEveryMs - performance.now();
        if (due <= 0) sendProgress(id, progress);
        else pending.set(id, { progress, timer: setTimeout(() => settleProgress(id), due) });
      },
      flush,
      buffered: () => buffer,
    };
    live.set(runId, { log, followers });
    return log;
  };

  async function* follow(
    runId: string,
    after: number,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<RunEvent, void> {
    let last = after;
    const current = live.get(runId);
    if (current !== undefined) {
      const queue = createEventQueue(signal);
      current.followers.add(queue);
      try {
        current.log.flush();
        const past = [...storedEvents(records, runId, last), ...current.log.buffered()];
        for (const event of past.filter(({ seq }) => seq > last)) {
          last = event.seq;
          yield event;
          if (event.type === 'run.finished') return;
        }
        for (let event = await queue.next(); event !== undefined; event = await queue.next()) {
          if (event.seq <= last) continue;
          last = event.seq;
          yield event;
          if (event.type === 'run.finished') return;
        }
      } finally {
        current.followers.delete(queue);
        queue.close();
      }
      return;
    }
    const owner = records.owner(runId);
    if (owner === undefined) {
      throw new AppError('run.not-found', `There is no run ${runId}.`, { fix: 'See slipway runs for what there is.' });
    }
    while (signal?.aborted !== true && !closed) {
      const ended = records.get(runId)?.status !== 'running' || !isAlive(owner);
      for (const event of storedEvents(records, runId, last)) {
        last = event.seq;
        yield event;
      }
      if (ended) return;
      await new Promise((resolve) => {
        setTimeout(resolve, pollMs);
      });
    }
  }

  return {
    open,
    follow,
    close: () => {
      closed = true;
    },
  };
}

function storedEvents(records: RunRecords, runId: string, after: number): RunEvent[] {
  return records.events(runId, after).map(({ event }) => JSON.parse(event) as RunEvent);
}

interface EventQueue extends Follower {
  /** Undefined once the signal has aborted. */
  next(): Promise<RunEvent | undefined>;
  close(): void;
}

function createEventQueue(signal: AbortSignal | undefined): EventQueue {
  let events: RunEvent[] = [];
  let wake: (() => void) | undefined;
  const onAbort = () => wake?.();
  signal?.addEventListener('abort', onAbort, { once: true });
  return {
    push: (event) => {
      if (events.length >= maxBacklog) events = events.filter((waiting) => waiting.type !== 'step.progress');
      events.push(event);
      wake?.();
    },
    next: async () => {
      while (events.length === 0 && signal?.aborted !== true) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return signal?.aborted === true ? undefined : events.shift();
    },
    close: () => signal?.removeEventListener('abort', onAbort),
  };
}
