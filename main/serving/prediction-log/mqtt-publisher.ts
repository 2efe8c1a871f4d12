import type { MqttClient } from 'mqtt';

/** Where rows are published while they are logged. */
export interface PublishTarget {
  url: string;
  topic: string;
  user: string;
  password: string;
}

const reconnectMs = 5_000;
const connectTimeoutMs = 10_000;
/** Messages sent and not yet acknowledged. */
const mostUnacknowledged = 100;

export interface PublisherLimits {
  messages: number;
  bytes: number;
}
const defaultLimits: PublisherLimits = { messages: 10_000, bytes: 16 * 2 ** 20 };

/**
 * Publishes messages to a topic of an MQTT broker, each at least once (QoS 1), in order. While the broker cannot be reached
 * the newest wait in memory, up to the limits; those that are left out are counted.
 */
export class MqttPublisher {
  readonly #target: PublishTarget;
  readonly #limits: PublisherLimits;
  readonly #notice: (text: string) => void;
  #client: MqttClient | undefined;
  #waiting: string[] = [];
  #waitingBytes = 0;
  #unacknowledged = 0;
  #dropped = 0;
  #lastProblem = '';

  constructor(target: PublishTarget, notice: (text: string) => void, limits = defaultLimits) {
    this.#target = target;
    this.#notice = notice;
    this.#limits = limits;
  }

  /** Connects, and keeps trying; a process that publishes nothing does without the library. */
  async open(): Promise<void> {
    const { connect } = await import('mqtt');
    const { url, user, password } = this.#target;
    this.#client = connect(url, {
      reconnectPeriod: reconnectMs,
      connectTimeout: connectTimeoutMs,
      ...(user === '' ? {} : { username: user }),
      ...(password === '' ? {} : { password }),
    });
    this.#client.on('connect', () => {
      if (this.#lastProblem !== '') this.#notice(`The MQTT broker is back; ${this.#waiting.length} messages follow.`);
      this.#lastProblem = '';
      this.#send();
    });
    this.#client.on('error', (error) =>
      this.#problem(error.message || (error as NodeJS.ErrnoException).code || 'error'),
    );
    this.#client.on('close', () => {
      if (this.#lastProblem === '') this.#problem('the connection was closed');
    });
  }

  get waiting(): number {
    return this.#waiting.length + this.#unacknowledged;
  }

  get dropped(): number {
    return this.#dropped;
  }

  publish(messages: readonly string[]): void {
    let tooLarge = 0;
    for (const message of messages) {
      // It would take the place of all others.
      if (message.length > this.#limits.bytes) tooLarge++;
      else {
        this.#waiting.push(message);
        this.#waitingBytes += message.length;
      }
    }
    let excess = 0;
    while (
      this.#waiting.length - excess > this.#limits.messages ||
      (this.#waitingBytes > this.#limits.bytes && excess < this.#waiting.length)
    ) {
      this.#waitingBytes -= this.#waiting[excess]?.length ?? 0;
      excess++;
    }
    if (excess + tooLarge > 0) {
      if (this.#dropped === 0)
        this.#notice('More predictions wait for the MQTT broker than are kept; the oldest are left out.');
      this.#dropped += excess + tooLarge;
      this.#waiting.splice(0, excess);
    }
    this.#send();
  }

  /** Gives the broker a moment to take what waits. */
  async close(timeoutMs: number): Promise<void> {
    const deadlineMs = performance.now() + timeoutMs;
    while (this.waiting > 0 && this.#client?.connected && performance.now() < deadlineMs) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await new Promise<void>((resolve) => {
      if (this.#client === undefined) resolve();
      else this.#client.end(true, () => resolve());
    });
  }

  #send(): void {
    const client = this.#client;
    if (client === undefined) return;
    while (client.connected && this.#unacknowledged < mostUnacknowledged && this.#waiting.length > 0) {
      const message = this.#waiting.shift() ?? '';
      this.#waitingBytes -= message.length;
      this.#unacknowledged++;
      client.publish(this.#target.topic, message, { qos: 1 }, (error) => {
        this.#unacknowledged--;
        if (error instanceof Error) this.#problem(error.message);
        else this.#send();
      });
    }
  }

  /** Said once until the broker is back. */
  #problem(reason: string): void {
    if (this.#lastProblem === '') {
      this.#notice(`Predictions cannot be published to ${new URL(this.#target.url).host}: ${reason}.`);
    }
    this.#lastProblem = reason;
  }
}
