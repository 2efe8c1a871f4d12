import { definitionOf } from '../../nodes/catalog.ts';
import { titleOfKind } from '../translation/kind-titles.ts';
import type { ModelVersion } from '../../shared/rpc/engine-contract.ts';
import { engine } from '../client/engine-client.ts';
import { useQuery } from '../client/use-query.ts';
import { formatCount, shortDigest } from '../ui/format.ts';
import { ErrorState, Skeleton } from '../ui/state-block.tsx';
import { t } from './text.ts';

type Lineage = Awaited<ReturnType<typeof engine.model.lineage>>;

const card = { width: 156, height: 44 };
const gap = { x: 36, y: 12 };

/** How far each artifact is from the model, along the longest way, so that everything stands left of what it made. */
function depths({ nodes, edges }: Lineage): Map<string, number> {
  const depth = new Map(nodes.map((node) => [node.digest, 0]));
  for (let round = 0; round < nodes.length; round++) {
    let moved = false;
    for (const { from, to } of edges) {
      const wanted = (depth.get(to) ?? 0) + 1;
      if (wanted > (depth.get(from) ?? 0) && wanted <= nodes.length) {
        depth.set(from, wanted);
        moved = true;
      }
    }
    if (!moved) break;
  }
  return depth;
}

/** What a version was made from, from the sources on the left to the model on the right. */
export function LineageGraph({ version }: { version: ModelVersion }) {
  const { name, version: number } = version;
  const { data, error, refetch } = useQuery(`lineage:${version.digest}`, (signal) =>
    engine.model.lineage({ name, version: number }, { signal }),
  );
  if (error) return <ErrorState error={error} onRetry={refetch} />;
  if (!data) return <Skeleton rows={3} waitsFor={t.theLineage} />;
  const depth = depths(data);
  const columns = Math.max(0, ...depth.values()) + 1;
  const perColumn = new Map<number, number>();
  const places = new Map(
    data.nodes.map((node) => {
      const column = columns - 1 - (depth.get(node.digest) ?? 0);
      const row = perColumn.get(column) ?? 0;
      perColumn.set(column, row + 1);
      return [node.digest, { x: column * (card.width + gap.x), y: row * (card.height + gap.y) }];
    }),
  );
  const rows = Math.max(1, ...perColumn.values());
  const width = columns * (card.width + gap.x) - gap.x;
  const height = rows * (card.height + gap.y) - gap.y;
  return (
    // Scrolls by keyboard, so it takes focus.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className="lineage" role="region" aria-label={t.lineage} tabIndex={0}>
      <svg width={width} height={height} role="img" aria-label={t.lineageOf(data.nodes.length)}>
        {data.edges.map(({ from, to }) => {
          const a = places.get(from);
          const b = places.get(to);
          if (!a || !b) return null;
          const middle = b.x - gap.x / 2;
          return (
            <path
              key={`${from} ${to}`}
              d={`M${a.x + card.width} ${a.y + card.height / 2}H${middle}V${b.y + card.height / 2}H${b.x}`}
            />
          );
        })}
        {data.nodes.map((node) => {
          const at = places.get(node.digest);
          const definition = definitionOf(node.kind);
          if (!at) return null;
          return (
            <g
              key={node.digest}
              transform={`translate(${at.x} ${at.y})`}
              className={`stage-${definition?.stage ?? 'data'}`}
            >
              <rect width={card.width} height={card.height} rx={5} className={node.missing ? 'missing' : undefined} />
              <rect width={4} height={card.height} className="flag" />
              <text x={12} y={18}>
                {titleOfKind(node.kind)}
              </text>
              <text x={12} y={34} className="soft">
                {[node.type, node.rows === null ? shortDigest(node.digest) : t.rows(formatCount(node.rows))].join(
                  ' · ',
                )}
              </text>
              <title>{node.missing ? t.freed(node.digest) : node.digest}</title>
            </g>
          );
        })}
      </svg>
    </div>
  );
}
