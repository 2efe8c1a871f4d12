import type { EventTimeOptions } from '../monitoring/event-windows.ts';

/** The windows of event time that the params of a drift monitor ask for. */
export function eventTimeOf({ params }: { params: Record<string, unknown> }): EventTimeOptions | undefined {
  const column = String(params['eventTime'] ?? '');
  if (column === '') return undefined;
  return {
    column,
    windowMs: 1_000 * Number(params['windowSeconds'] ?? 3_600),
    latenessMs: 1_000 * Number(params['latenessSeconds'] ?? 0),
  };
}
