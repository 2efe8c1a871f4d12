import { LogUploads, type LogTarget } from './log-uploads.ts';
import { MqttPublisher, type PublishTarget } from './mqtt-publisher.ts';

/** Where logged rows go beside the disk. */
export interface LogDeliveryTargets {
  /** An empty topic takes that of the model. */
  publish: PublishTarget | null;
  send: LogTarget | null;
}

export interface LogDelivery extends LogDeliveryTargets {
  model: string;
  version: string;
  /** Of the endpoint, below the target. */
  folder: string;
}

export interface OpenLogDelivery {
  /** Lines as they were logged. */
  publish(lines: Buffer): void;
  close(): Promise<void>;
}

const sendPeriodMs = 30_000;
const closingMs = 2_000;

/**
 * `root`: of the logs of all versions of the endpoint; what one that is served no more has left is sent as well.
 * `finishFiles` ends log files that are old enough, so that a log that nobody adds to is sent too.
 */
export function openLogDelivery(
  root: string,
  delivery: LogDelivery,
  { notice, finishFiles }: { notice: (text: string) => void; finishFiles: () => Promise<void> },
): OpenLogDelivery {
  const publisher = openPublisher(delivery, notice);
  const sending =
    delivery.send === null ? undefined : startSending(root, delivery.send, delivery.folder, notice, finishFiles);
  const head = `{"model":${JSON.stringify(delivery.model)},"version":${JSON.stringify(delivery.version)},`;
  return {
    publish(lines) {
      if (publisher === undefined) return;
      publisher.publish(
        lines
          .toString()
          .split('\n')
          .filter((line) => line !== '')
          .map((line) => head + line.slice(1)),
      );
    },
    async close() {
      sending?.stop();
      await publisher?.close(closingMs);
    },
  };
}

function openPublisher({ publish, model }: LogDelivery, notice: (text: string) => void): MqttPublisher | undefined {
  if (publish === null) return undefined;
  // Levels of a topic are parted by `/`, and + and # have a meaning.
  const topic = publish.topic === '' ? `slipway/${model.replace(/[/+#]/g, '_')}/predictions` : publish.topic;
  const publisher = new MqttPublisher({ ...publish, topic }, notice);
  publisher.open().catch((error: unknown) => notice(`Predictions cannot be published: ${String(error)}`));
  return publisher;
}

/** Sends now and then; what goes wrong is said once until it goes well again. */
function startSending(
  root: string,
  target: LogTarget,
  folder: string,
  notice: (text: string) => void,
  finishFiles: () => Promise<void>,
): { stop(): void } {
  const ended = new AbortController();
  let uploads: LogUploads | undefined;
  let lastReason = '';
  let timer: NodeJS.Timeout | undefined;

  async function send(): Promise<void> {
    let reason = '';
    try {
      await finishFiles();
      uploads ??= new LogUploads(root, target, folder);
      const outcome = await uploads.sync(ended.signal);
      if (outcome.reason !== undefined) reason = `${outcome.reason}; ${outcome.waiting} files wait`;
    } catch (error) {
      reason = error instanceof Error ? error.message : String(error);
    }
    if (ended.signal.aborted) return;
    if (reason !== '' && lastReason === '') notice(`The request log cannot be sent: ${reason}.`);
    if (reason === '' && lastReason !== '') notice('The request log is sent again.');
    lastReason = reason;
    timer = setTimeout(() => void send(), sendPeriodMs).unref();
  }
  void send();
  return {
    stop() {
      ended.abort();
      clearTimeout(timer);
    },
  };
}
