import { readFile } from 'node:fs/promises';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { Headroom } from '../../serving/load-test/find-headroom.ts';
import type { LoadStep } from '../../serving/load-test/load-step.ts';
import { highestPerSecond, runLoadTest } from '../../serving/load-test/run-load-test.ts';
import type { Command, CommandContext } from '../command.ts';
import { textTable } from '../output.ts';

const maxBodyBytes = 64 * 2 ** 20;

export const benchEndpointCommand: Command = {
  name: 'bench-endpoint',
  summary:
    'Loads an endpoint with requests at given rates (open loop; latency counts from when each was due) and finds the rate at which its p99 breaks.',
  usage: 'URL [--model NAME] [--objective MS] [--rate N] [--seconds S] [--rows N] [--body FILE] [--key KEY]',
  positionals: 1,
  options: {
    model: { type: 'string' },
    objective: { type: 'string' },
    rate: { type: 'string' },
    seconds: { type: 'string' },
    rows: { type: 'string' },
    connections: { type: 'string' },
    body: { type: 'string' },
    'content-type': { type: 'string' },
    key: { type: 'string' },
  },
  optionHelp: {
    model: 'model to ask where the endpoint has several',
    objective: 'p99 latency to keep, in ms; default 50',
    rate: 'hold this many requests per second instead of looking for the limit',
    seconds: 'time of each rate; default 5',
    rows: 'rows of each request; default 1',
    connections: 'most connections at a time; default 1024',
    body: 'file with the body to send to exactly URL; default: made up from what the endpoint says about its model',
    'content-type': 'of the body; default application/json',
    key: 'key of the endpoint; default the environment variable SLIPWAY_KEY',
  },
  async run(context) {
    const url = urlOf(context.positionals[0]);
    const objectiveMs = numberOption(context, 'objective', 50, 0.01, 60_000);
    const seconds = numberOption(context, 'seconds', 5, 0.1, 3_600);
    const connections = numberOption(context, 'connections', 1_024, 1, 20_000);
    const key = context.text('key') ?? process.env['SLIPWAY_KEY'];
    const { signal } = context;
    const fixedRate =
      context.text('rate') === undefined ? undefined : numberOption(context, 'rate', 1, 0.01, highestPerSecond);
    const {
      found,
      model,
      url: asked,
      figures: { peakPerSecond, cpuUsPerRequest },
    } = await runLoadTest({
      url,
      model: context.text('model'),
      rows: numberOption(context, 'rows', 1, 1, 100_000),
      key,
      body: await bodyOf(context),
      objectiveMs,
      ratePerSecond: fixedRate,
      seconds,
      maxConnections: connections,
      signal,
      onStep: (step) => {
        context.output.event({ type: 'load.step', ...step });
        context.output.log(stepLine(step));
      },
    });
    const isSearch = fixedRate === undefined;
    const headroom =
      isSearch && peakPerSecond !== null && peakPerSecond > 0 ? found.sustainedPerSecond / peakPerSecond : null;
    const figures = {
      url: asked.href,
      model,
      objectiveMs,
      ...(isSearch
        ? {
            sustainedPerSecond: found.sustainedPerSecond,
            breaksAtPerSecond: found.breaksAtPerSecond,
            limit: found.limit,
            peakPerSecond,
            headroom,
          }
        : {}),
      cpuUsPerRequest,
      steps: found.steps,
    };
    context.output.result(
      figures,
      isSearch ? verdict(found, objectiveMs, peakPerSecond, headroom) : stepTable(found.steps),
    );
    return signal.aborted ? 130 : 0;
  },
};

const limits: Record<Headroom['limit'], string> = {
  latency: 'p99 was above the objective',
  refusals: 'requests were refused with 503',
  failures: 'requests failed',
  throughput: 'answers fell behind',
  generator: 'this machine could not send faster, so the endpoint may take more',
  end: 'the search ended before anything broke',
};

function verdict(found: Headroom, objectiveMs: number, peak: number | null, headroom: number | null): string {
  const held =
    found.sustainedPerSecond === 0
      ? `p99 was not within ${objectiveMs} ms at any rate tried`
      : `p99 stays within ${objectiveMs} ms up to ${Math.round(found.sustainedPerSecond)} requests/s`;
  const broke = found.breaksAtPerSecond === null ? '' : `, at ${Math.round(found.breaksAtPerSecond)}/s`;
  const times =
    headroom === null ? '' : `\nThat is ${headroom.toFixed(1)}× the highest rate of the last 24 hours (${peak}/s).`;
  return `${stepTable(found.steps)}\n${held}${broke} ${limits[found.limit]}.${times}`;
}

function stepTable(steps: readonly LoadStep[]): string {
  const ms = (value: number | null) => (value === null ? '' : value.toFixed(2));
  const header = ['offered/s', 'answered/s', 'refused', 'failed', 'p50 ms', 'p90 ms', 'p99 ms', 'p99.9 ms', 'max ms'];
  return textTable([
    header,
    ...steps.map((step) => [
      step.offeredPerSecond.toFixed(0),
      step.answeredPerSecond.toFixed(0),
      String(step.refused),
      String(step.failed),
      ms(step.p50Ms),
      ms(step.p90Ms),
      ms(step.p99Ms),
      ms(step.p999Ms),
      ms(step.maxMs),
    ]),
  ]);
}

function stepLine(step: LoadStep): string {
  const p99 = step.p99Ms === null ? 'no answer' : `p99 ${step.p99Ms.toFixed(1)} ms`;
  return `${step.offeredPerSecond.toFixed(0)}/s: ${p99}, ${step.refused} refused, ${step.failed} failed`;
}

function urlOf(text: string | undefined): URL {
  const url = text === undefined ? undefined : URL.parse(text);
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url;
  throw new AppError('cli.usage', text === undefined ? 'Name the URL of an endpoint.' : `${text} is no http address.`, {
    fix: 'For example http://127.0.0.1:8080.',
  });
}

function numberOption(context: CommandContext, name: string, otherwise: number, min: number, max: number): number {
  const text = context.text(name);
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (text.trim() !== '' && value >= min && value <= max) return value;
  throw new AppError('cli.usage', `--${name} ${text} is not a number from ${min} to ${max}.`);
}

async function bodyOf(context: CommandContext): Promise<{ bytes: Buffer; contentType: string } | undefined> {
  const path = context.text('body');
  if (path === undefined) return undefined;
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new AppError('cli.usage', `${path} cannot be read.`, { fix: 'Check the path of --body.', cause });
  });
  if (bytes.length > maxBodyBytes)
    throw new AppError('request.too-large', `${path} has ${bytes.length} bytes; at most ${maxBodyBytes} are sent.`);
  return { bytes, contentType: context.text('content-type') ?? 'application/json' };
}
