import type { Alert, MonitorSystem } from '../../shared/rpc/engine-contract.ts';
import type { SystemAlarms } from './system-monitor.ts';

/** Why a system monitor raised an alert of a kind, with its numbers. */
export function explainSystem(kind: keyof SystemAlarms, system: MonitorSystem): Alert['explanation'] {
  return { sentences: sentencesOf(kind, system), columns: [], performance: null, examples: [] };
}

function sentencesOf(kind: keyof SystemAlarms, system: MonitorSystem): string[] {
  switch (kind) {
    case 'burn-fast':
    case 'burn-slow':
      return [...burnSentences(system, kind === 'burn-fast' ? 'fast' : 'slow'), ...failureSentence(system)];
    case 'saturation': {
      const { share, of, limit } = system.saturation;
      const names = {
        workers: "The model's workers are",
        cpu: 'The processors are',
        memory: 'Memory is',
        gpu: 'The graphics processor is',
      };
      return [`${names[of]} ${percent(share)} busy; the limit is ${percent(limit)}.`];
    }
    case 'queue':
      return [`${system.queued} rows wait; ${system.queueLimit ?? 'any number'} may.`];
    case 'stale-features':
      return system.features
        .filter(({ stale }) => stale)
        .map(({ view, seconds, limitSeconds }) => {
          return `The newest values of ${view} are ${duration(seconds)} old; they hold for ${duration(limitSeconds ?? 0)}.`;
        });
    case 'silence':
      return [
        `The last request came before ${new Date(lastRequest(system)).toISOString().slice(0, 16).replace('T', ' ')} UTC.`,
      ];
  }
}

function burnSentences({ objectives }: MonitorSystem, state: 'fast' | 'slow'): string[] {
  const [long, short] = state === 'fast' ? ['1h', '5m'] : ['6h', '30m'];
  return objectives
    .filter((objective) => (state === 'fast' ? objective.state === 'fast' : objective.state !== 'ok'))
    .map(({ name, target, latencyMs, burns }) => {
      const of = (window: string | undefined) => burns.find((burn) => burn.window === window);
      const bad = name === 'latency' ? `were slower than ${latencyMs} ms` : 'failed';
      const [wide, near] = [of(long), of(short)];
      return (
        `${wide?.bad.toFixed(0)} of ${wide?.total} requests of the last ${long} ${bad}; ${percent(1 - target)} may. ` +
        `The budget is spent ${wide?.rate.toFixed(1)} times too fast over ${long}, ${near?.rate.toFixed(1)} times over ${short}.`
      );
    });
}

function failureSentence({ failures }: MonitorSystem): string[] {
  const list = Object.entries(failures).filter(([, count]) => count > 0);
  return list.length === 0
    ? []
    : [`Failures since the start: ${list.map(([reason, count]) => `${reason} ${count}`).join(', ')}.`];
}

function lastRequest({ minutes }: MonitorSystem): number {
  const asked = minutes.findLast(({ requests }) => requests > 0);
  // Minutes are named by their beginnings.
  return asked === undefined ? (minutes[0]?.timeMs ?? 0) : asked.timeMs + 60_000;
}

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(3))} %`;
}

function duration(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3_600)} h` : `${Math.round(seconds / 86_400)} days`;
}
