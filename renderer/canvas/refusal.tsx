import { useEffect, useState } from 'react';
import { useConnection } from 'reactflow';
import { checkTarget, endConnecting, useConnecting } from './connecting-store.ts';
import { engineText } from '../translation/engine-text.ts';

/** Why the port under the pointer cannot take the connection being dragged; follows the pointer. */
export function Refusal() {
  const target = useConnection((connection) =>
    connection.inProgress && connection.toHandle?.id
      ? `${connection.toHandle.nodeId}.${connection.toHandle.id}`
      : undefined,
  );
  const check = useConnecting((state) =>
    target === undefined || target === state.origin?.ref ? undefined : checkTarget(state, target),
  );
  const [pointer, setPointer] = useState({ x: 0, y: 0 });
  const active = useConnecting((state) => state.origin !== undefined);
  useEffect(() => {
    if (!active) return;
    const onMove = (event: PointerEvent | MouseEvent) => setPointer({ x: event.clientX, y: event.clientY });
    window.addEventListener('pointermove', onMove);
    window.addEventListener('mousemove', onMove);
    return () => {
      window.removeEventListener('pointermove', onMove);
      window.removeEventListener('mousemove', onMove);
    };
  }, [active]);
  const kept = useConnecting((state) => state.refused);
  useEffect(() => {
    if (!active && !kept) return;
    const stop = new AbortController();
    const options = { signal: stop.signal, capture: true };
    // What comes next takes the reason away, and a drag that ended without a word must not keep one.
    const end = () => setTimeout(endConnecting, 0);
    for (const type of ['pointerdown', 'keydown', 'wheel'] as const) {
      if (!active) window.addEventListener(type, endConnecting, options);
    }
    for (const type of ['pointercancel', 'blur'] as const) window.addEventListener(type, end, options);
    return () => stop.abort();
  }, [active, kept]);
  const shown = active ? check : kept;
  if (!shown || shown.ok) return null;
  return (
    <div className="refusal" role="status" style={{ left: pointer.x + 14, top: pointer.y + 14 }}>
      <b>{engineText(shown.reason)}</b>
      <span>{engineText(shown.fix)}</span>
    </div>
  );
}
