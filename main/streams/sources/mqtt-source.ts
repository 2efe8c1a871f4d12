import { connect } from 'mqtt';
import { eventOf, maxEventBytes, type StreamSource } from './stream-source.ts';

const connectTimeoutMs = 10_000;
/** Without a message for this long everything that waited at the broker has come. */
const quietMs = 400;
/** Messages without delivery guarantee that may wait to be stored. */
const mostWaiting = 2000;

/**
 * Subscribes with a session that the broker keeps, so that what comes while nobody reads waits there. A message with
 * delivery guarantee is acknowledged once it is stored; until then no more is taken, which the broker feels.
 */
export const readMqtt: StreamSource = (context) => {
  const { settings, signal } = context;
  const client = connect(settings.url, {
    clientId: `slipway-${settings.name}-${context.logId.slice(0, 8)}`,
    clean: false,
    reconnectPeriod: 0,
    connectTimeout: connectTimeoutMs,
    ...(settings.user === '' ? {} : { username: settings.user }),
    ...(settings.password === undefined ? {} : { password: settings.password }),
  });
  let waiting = 0;
  let tail: Promise<void> = Promise.resolve();
  let quiet: NodeJS.Timeout | undefined;
  const rest = () => {
    clearTimeout(quiet);
    quiet = setTimeout(() => context.idle(), quietMs);
  };
  return new Promise<void>((resolve, reject) => {
    const end = (error?: Error) => {
      clearTimeout(quiet);
      signal.removeEventListener('abort', onAbort);
      client.end(true);
      tail.then(
        () => (error === undefined || signal.aborted ? resolve() : reject(error)),
        () => reject(error ?? new Error('The events could not be stored.')),
      );
    };
    const onAbort = () => end();
    client.handleMessage = (packet, done) => {
      const { topic, payload, qos } = packet;
      const text = typeof payload === 'string' ? payload : payload.toString('utf8');
      rest();
      if (text.length > maxEventBytes) {
        context.warn(`A message of ${topic} is larger than ${maxEventBytes} bytes and is left out.`);
        done();
        return;
      }
      waiting++;
      const event = eventOf(text, { topic });
      const stored = tail.then(() => context.deliver([event], ''));
      tail = stored.finally(() => {
        waiting--;
      });
      const acknowledge = done as (error?: Error) => void;
      // One without guarantee waits only while too many do.
      if (qos === 0 && waiting < mostWaiting) acknowledge();
      else void finish(stored, acknowledge);
      stored.catch((error: Error) => end(error));
    };
    client.on('connect', () => {
      client.subscribe(settings.topic, { qos: 1 }, (error, granted) => {
        if (error) end(error);
        else if (granted?.some(({ qos }) => (qos as number) >= 128)) {
          end(new Error(`The broker does not allow to subscribe to ${settings.topic}.`));
        } else rest();
      });
    });
    client.on('error', (error) => end(error));
    client.on('close', () => end(new Error('The broker closed the connection.')));
    if (signal.aborted) end();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
};

/** Tells a callback how it ended. */
async function finish(work: Promise<void>, tell: (error?: Error) => void): Promise<void> {
  try {
    await work;
  } catch (error) {
    tell(error as Error);
    return;
  }
  tell();
}
