import { createContext, type ReactNode, useContext, useMemo, useState } from 'react';

interface Crosshair {
  /** Value on the base axis, e.g. Unix ms. */
  at: number | undefined;
  move: (at: number | undefined) => void;
}

const CrosshairContext = createContext<Crosshair | undefined>(undefined);

/** Charts inside share one crosshair; give it to charts of one time axis. */
export function CrosshairGroup({ children }: { children: ReactNode }) {
  const [at, move] = useState<number>();
  const value = useMemo(() => ({ at, move }), [at]);
  return <CrosshairContext value={value}>{children}</CrosshairContext>;
}

/** The group's crosshair, or the chart's own. */
export function useCrosshair(): Crosshair {
  const shared = useContext(CrosshairContext);
  const [at, move] = useState<number>();
  return shared ?? { at, move };
}
