import type { GraphNode } from '../../shared/graph/document.ts';
import { groupOfNode } from '../../shared/graph/group-definition.ts';
import { stages } from '../../shared/node/define-node.ts';
import { useActiveGraph } from '../state/graph-store.ts';
import { nodeDefinition } from '../state/node-definition.ts';
import { formatPlural } from '../ui/format.ts';
import { StageFlag } from '../ui/stage-flag.tsx';

/** What is in a collapsed group: its stages and the number of its nodes. */
export function GroupBody({ node }: { node: GraphNode }) {
  const document = useActiveGraph((graph) => graph.document);
  const group = document && groupOfNode(document, node)?.group;
  if (!group) return null;
  const members = Object.values(group.nodes);
  const present = new Set(members.map((member) => nodeDefinition(member, document)?.stage));
  return (
    <>
      <div className="group-flags">
        {stages
          .filter((stage) => present.has(stage))
          .map((stage) => (
            <StageFlag key={stage} stage={stage} size={12} />
          ))}
      </div>
      {formatPlural(members.length, 'node')}
    </>
  );
}
