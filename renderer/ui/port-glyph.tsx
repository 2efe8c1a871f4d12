import type { ReactNode } from 'react';
import type { PortType } from '../../shared/graph/port-types.ts';
import { classNames } from './class-names.ts';

function shapeOf(type: PortType): ReactNode {
  switch (type) {
    case 'table':
      return <rect x=".7" y=".7" width="7.6" height="7.6" rx="1" />;
    case 'features':
      return (
        <>
          <rect x=".7" y=".7" width="7.6" height="7.6" rx="1" />
          <path className="bar" d="M4.5 2.4v4.2" />
        </>
      );
    case 'model':
      return <path d="M4.5 0 9 4.5 4.5 9 0 4.5z" />;
    case 'stream':
      return <path d="M.8.4 8.6 4.5.8 8.6z" />;
    case 'report':
    case 'image':
      return <circle cx="4.5" cy="4.5" r="3.9" />;
  }
}

/** Port shape by type: square table, barred square features, diamond model, circle report and image, triangle stream. */
export function PortGlyph({
  type,
  filled = false,
  many = false,
}: {
  type: PortType;
  filled?: boolean;
  many?: boolean;
}) {
  return (
    <svg className={classNames('glyph', filled && 'filled')} viewBox="0 0 9 9" aria-hidden="true">
      {many && (
        <g transform="translate(4.5 4.5) scale(1.55) translate(-4.5 -4.5)" strokeWidth="0.8">
          {shapeOf(type)}
        </g>
      )}
      {shapeOf(type)}
    </svg>
  );
}
