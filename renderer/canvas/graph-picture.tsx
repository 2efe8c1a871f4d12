import { definitionOf } from '../../nodes/catalog.ts';
import type { GraphDocument } from '../../shared/graph/document.ts';
import { parsePortRef } from '../../shared/graph/ids.ts';

const card = { width: 148, height: 112 };
const padding = 24;

/** A graph as its cards and edges, small, in the colours of the stages. */
export function GraphPicture({ document }: { document: GraphDocument }) {
  const places = Object.keys(document.nodes).flatMap((id) => {
    const at = document.layout.nodes[id];
    return at ? [{ id, x: at.x, y: at.y }] : [];
  });
  const [first] = places;
  if (!first) return null;
  const left = Math.min(...places.map(({ x }) => x)) - padding;
  const top = Math.min(...places.map(({ y }) => y)) - padding;
  const width = Math.max(...places.map(({ x }) => x)) + card.width + padding - left;
  const height = Math.max(...places.map(({ y }) => y)) + card.height + padding - top;
  const byId = new Map(places.map((place) => [place.id, place]));
  return (
    <svg className="graph-picture" viewBox={`${left} ${top} ${width} ${height}`} aria-hidden="true">
      {document.edges.map((edge) => {
        const from = byId.get(parsePortRef(edge.from)?.node ?? '');
        const to = byId.get(parsePortRef(edge.to)?.node ?? '');
        if (!from || !to) return null;
        const start = { x: from.x + card.width, y: from.y + card.height / 2 };
        const end = { x: to.x, y: to.y + card.height / 2 };
        const ahead = end.x - start.x;
        const lane = (from.y + to.y + card.height) / 2;
        const way =
          ahead > 0
            ? `H${start.x + ahead / 2}V${end.y}H${end.x}`
            : `H${start.x + 16}V${lane}H${end.x - 16}V${end.y}H${end.x}`;
        return <path key={`${edge.from} ${edge.to}`} d={`M${start.x} ${start.y}${way}`} />;
      })}
      {places.map(({ id, x, y }) => (
        <g key={id} className={`stage-${definitionOf(document.nodes[id]?.kind ?? '')?.stage ?? 'data'}`}>
          <rect x={x} y={y} width={card.width} height={card.height} rx={10} />
          <rect className="flag" x={x} y={y} width={44} height={44} rx={6} />
        </g>
      ))}
    </svg>
  );
}
