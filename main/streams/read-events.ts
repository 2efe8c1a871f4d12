import { setImmediate } from 'node:timers/promises';
import { AppError } from '../../shared/errors/app-error.ts';

/** Largest body with events. */
export const maxEventsBytes = 8 * 2 ** 20;
/** A JSON array is parsed in one go, which must not keep the process from answering others. */
const maxArrayBytes = 2 ** 20;
const maxEventBytes = 2 ** 20;
/** Lines checked before others get their turn. */
const linesPerTurn = 2000;

/**
 * Events of a request body, each as one line of JSON: a JSON array of objects, or one object per line. Errors:
 * `request.invalid` naming the event, `request.too-large`. All or nothing.
 */
export async function readEvents(body: Buffer): Promise<string[]> {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch (cause) {
    throw new AppError('request.invalid', 'The body is not UTF-8.', { fix: 'Send UTF-8.', cause });
  }
  return /^\s*\[/.test(text) ? arrayEvents(text, body.length) : lineEvents(text);
}

function arrayEvents(text: string, bytes: number): string[] {
  if (bytes > maxArrayBytes) {
    throw new AppError('request.too-large', `A JSON array may have ${maxArrayBytes} bytes; this one has ${bytes}.`, {
      fix: 'Send one object per line (application/x-ndjson), or fewer events at once.',
    });
  }
  return (parse(text, 'The array') as unknown[]).map((event, at) => {
    requireObject(event, `Event ${at}`);
    return JSON.stringify(event);
  });
}

async function lineEvents(text: string): Promise<string[]> {
  const events: string[] = [];
  let line = 0;
  for (let from = 0; from < text.length; line++) {
    const end = text.indexOf('\n', from);
    const raw = text.slice(from, end === -1 ? undefined : end).trim();
    from = end === -1 ? text.length : end + 1;
    if (raw === '') continue;
    if (raw.length > maxEventBytes) {
      throw new AppError('request.too-large', `Line ${line + 1} has more than ${maxEventBytes} characters.`, {
        fix: 'Send smaller events.',
      });
    }
    requireObject(parse(raw, `Line ${line + 1}`), `Line ${line + 1}`);
    events.push(raw);
    if (line % linesPerTurn === linesPerTurn - 1) await setImmediate();
  }
  return events;
}

function parse(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AppError('request.invalid', `${what} is not JSON: ${(cause as Error).message}`, {
      fix: 'Send one JSON object per line, or a JSON array of objects.',
      cause,
    });
  }
}

function requireObject(event: unknown, what: string): void {
  if (typeof event === 'object' && event !== null && !Array.isArray(event)) return;
  throw new AppError('request.invalid', `${what} is no JSON object.`, { fix: 'An event is an object of fields.' });
}
