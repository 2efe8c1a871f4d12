import { useEffect, useState } from 'react';
import { useConnection } from 'reactflow';
import { checkTarget, useConnecting } from './connecting-store.ts';

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
  const shown = active ? check : kept;
  if (!shown || shown.ok) return null;
  return (
    <div className="refusal" role="status" style={{ left: pointer.x + 14, top: pointer.y + 14 }}>
      <b>{shown.reason}</b>
      <span>{shown.fix}</span>
    </div>
  );
}
