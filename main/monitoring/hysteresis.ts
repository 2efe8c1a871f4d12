/** Turns verdicts of single windows into a state that changes only when it is sure. */
export interface Hysteresis {
  /** Adds the verdict of the next window; whether the alarm is on after it. A `certain` one needs no second window. */
  push(exceeded: boolean, certain?: boolean): boolean;
  readonly active: boolean;
  /** Verdicts of the last windows, newest last. */
  readonly recent: readonly boolean[];
}

/** From which an alarm goes on after a pause. */
export interface HysteresisState {
  active: boolean;
  recent: readonly boolean[];
}

const atRest: HysteresisState = { active: false, recent: [] };

/** On after `needed` of the last `windows` verdicts are true, off after as many are false. 1 ≤ needed ≤ windows. */
export function createHysteresis(needed: number, windows: number, earlier: HysteresisState = atRest): Hysteresis {
  if (!(needed >= 1 && needed <= windows)) throw new RangeError('needed must be between 1 and windows');
  const recent: boolean[] = earlier.recent.slice(-windows);
  let active = earlier.active;
  const push = (exceeded: boolean, certain = false): boolean => {
    recent.push(exceeded);
    if (recent.length > windows) recent.shift();
    const count = recent.filter((verdict) => verdict !== active).length;
    if (count >= needed || (exceeded && certain && !active)) {
      active = !active;
      // Windows that led to this change must not count towards the next one.
      recent.length = 0;
    }
    return active;
  };
  return {
    push,
    get active() {
      return active;
    },
    recent,
  };
}
