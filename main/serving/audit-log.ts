import { appendFile, mkdir, rename, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

export interface AuditEvent {
  /** `key.created`, `model.load`, `auth.refused`, … */
  action: string;
  /** What it was done to. */
  target?: string | undefined;
  /** Id of the key; null without one. */
  key: string | null;
  /** Address of the client; null for a command on this machine. */
  address: string | null;
  /** HTTP status. */
  status?: number;
  /** How often it happened; left out: once. */
  count?: number;
}

/** At this size the file becomes `audit.1.jsonl`, and that of before is dropped. */
const maxBytes = 16 * 2 ** 20;
/** Events waiting for the disk; more are counted, not kept. */
const maxWaiting = 2_000;
/** Refusals that are alike are a line the first time, and one more with their number after this time. */
const refusalsMs = 60_000;
/** Clients that are told apart within that time; of the others only the number is kept. */
const maxRefused = 500;

export function auditPath(dataDir: string): string {
  return join(dataDir, 'serving', 'audit.jsonl');
}

/** Appends who changed what, and who was refused, one JSON object per line; never throws, never holds up a request. */
export class AuditLog {
  readonly #path: string;
  readonly #log: (level: 'warn', text: string) => void;
  #waiting: string[] = [];
  #dropped = 0;
  #writing: Promise<void> | undefined;
  /** What was refused lately, and how often since it was written. */
  readonly #refused = new Map<string, { event: AuditEvent; more: number }>();
  readonly #timer: NodeJS.Timeout;

  constructor(dataDir: string, log: (level: 'warn', text: string) => void) {
    this.#path = auditPath(dataDir);
    this.#log = log;
    this.#timer = setInterval(() => this.#writeRefused(), refusalsMs).unref();
  }

  write(event: AuditEvent): void {
    if (this.#waiting.length >= maxWaiting) {
      this.#dropped++;
      return;
    }
    this.#waiting.push(`${JSON.stringify({ time: new Date().toISOString(), ...event })}\n`);
    this.#writing ??= this.#flush().finally(() => {
      this.#writing = undefined;
    });
  }

  /** A request that was refused: those without a key could otherwise push out all that was done with one. */
  refused(event: AuditEvent): void {
    const isKnown = this.#refused.has(JSON.stringify(event));
    const counted =
      isKnown || this.#refused.size < maxRefused ? event : { action: event.action, key: null, address: null };
    const key = JSON.stringify(counted);
    const before = this.#refused.get(key);
    if (before !== undefined) {
      before.more++;
      return;
    }
    this.#refused.set(key, { event: counted, more: 0 });
    this.write(counted);
  }

  #writeRefused(): void {
    for (const { event, more } of this.#refused.values()) if (more > 0) this.write({ ...event, count: more });
    this.#refused.clear();
  }

  /** Resolves when everything so far is on the disk, or could not be. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#writeRefused();
    await this.#writing;
  }

  async #flush(): Promise<void> {
    while (this.#waiting.length > 0) {
      const lines = this.#waiting.splice(0);
      if (this.#dropped > 0) {
        lines.push(
          `${JSON.stringify({ time: new Date().toISOString(), action: 'audit.dropped', count: this.#dropped })}\n`,
        );
        this.#dropped = 0;
      }
      try {
        await mkdir(dirname(this.#path), { recursive: true });
        const { size } = await stat(this.#path).catch(() => ({ size: 0 }));
        if (size > maxBytes) await rename(this.#path, this.#path.replace(/\.jsonl$/, '.1.jsonl'));
        await appendFile(this.#path, lines.join(''), { mode: 0o600 });
      } catch (error) {
        this.#log(
          'warn',
          `The audit log ${this.#path} cannot be written: ${error instanceof Error ? error.message : ''}`,
        );
      }
    }
  }
}
