import { Handle, Position } from 'reactflow';
import type { PortType } from '../../shared/graph/port-types.ts';
import { classNames } from '../ui/class-names.ts';
import { joinOr } from '../ui/format.ts';
import { PortGlyph } from '../ui/port-glyph.tsx';
import { checkTarget, useConnecting } from './connecting-store.ts';
import { t } from './text.ts';

interface PortProps {
  nodeId: string;
  name: string;
  side: 'input' | 'output';
  /** Types it takes or gives; the first decides the shape. */
  types: readonly PortType[];
  many: boolean;
  doc: string;
  /** Distance from the card's top, in percent. */
  topPercent: number;
}

/** A port on the edge of a card; its hit area is 24 px. */
export function Port({ nodeId, name, side, types, many, doc, topPercent }: PortProps) {
  const ref = `${nodeId}.${name}`;
  const fit = useConnecting((state) => {
    if (!state.origin) return 'idle';
    if (state.origin.ref === ref && (state.origin.side === 'source') === (side === 'output')) return 'origin';
    if ((state.origin.side === 'source') === (side === 'output')) return 'unfit';
    return checkTarget(state, ref)?.ok ? 'fits' : 'unfit';
  });
  const [first = 'table'] = types;
  return (
    <Handle
      id={name}
      type={side === 'input' ? 'target' : 'source'}
      position={side === 'input' ? Position.Left : Position.Right}
      className={classNames('port', fit)}
      style={{ top: `${topPercent}%` }}
      title={`${name} · ${joinOr(types)}${many ? t.anyNumber : ''}\n${doc}`}
    >
      <PortGlyph type={first} many={many} />
    </Handle>
  );
}
