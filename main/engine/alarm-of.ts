import type { PlanService } from '../../shared/plan/plan.ts';

/** The alarm of a monitor node: so many bad windows among so many last ones. */
export function alarmOf({ params: { alarmWindows, lastWindows } }: Pick<PlanService, 'params'>): {
  needed: number;
  windows: number;
} {
  return { needed: Math.min(Number(alarmWindows), Number(lastWindows)), windows: Number(lastWindows) };
}
