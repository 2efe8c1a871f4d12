import { memo, useEffect, useRef, useState } from 'react';
import type { NodeProps } from 'reactflow';
import { isGroupKind } from '../../shared/graph/group-definition.ts';
import type { PortType } from '../../shared/graph/port-types.ts';
import { portsOf, type Ports, type Stage, stages } from '../../shared/node/define-node.ts';
import { removeItems, setPinned, titleOf } from '../state/graph-commands.ts';
import { useGraphNode } from '../state/graph-store.ts';
import { openGroup } from '../state/group-commands.ts';
import { startEndpoint, startRun, stopEndpoint } from '../state/run-commands.ts';
import { select } from '../state/selection-store.ts';
import { showDock } from '../state/ui-store.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { classNames } from '../ui/class-names.ts';
import { Icon } from '../ui/icons/icon.tsx';
import { StageFlag } from '../ui/stage-flag.tsx';
import { StatusLine } from '../ui/status-line.tsx';
import { isTall } from './card-size.ts';
import { NodeBody } from './node-body.tsx';
import type { NodeStatus } from './node-status.ts';
import { fitTitle } from './fit-title.ts';
import { GroupBody } from './group-body.tsx';
import { Port } from './port.tsx';
import { countRender } from './render-count.ts';
import { useNodeEndpoint } from './use-node-endpoint.ts';
import { serviceOf, useNodeStatus } from './use-node-status.ts';
import { kindWords } from '../translation/kind-text.ts';
import { t } from './text.ts';
import { nodeDefinition } from '../state/node-definition.ts';
import { EngineText } from '../ui/engine-text.tsx';
import { engineText } from '../translation/engine-text.ts';

const noPorts: Ports = { inputs: {}, outputs: {} };

function stageOf(kind: string): Stage {
  const stage = kind.slice(0, kind.indexOf('.'));
  return stages.find((name) => name === stage) ?? 'data';
}

function place(index: number, count: number): number {
  return ((index + 1) / (count + 1)) * 100;
}

function PinButton({ nodeId }: { nodeId: string }) {
  const pinned = useGraphNode(nodeId)?.pinned !== undefined;
  return (
    <IconButton
      icon="pinned"
      small
      pressed={pinned}
      label={pinned ? t.unpinResult : t.pinResult}
      onClick={() => setPinned([nodeId], !pinned)}
    />
  );
}

function NodeTools({ nodeId, kind }: { nodeId: string; kind: string }) {
  const service = serviceOf(kind);
  const endpoint = useNodeEndpoint(nodeId);
  const live = endpoint?.state === 'live' || endpoint?.state === 'starting';
  return (
    <div className="node-tools nodrag nopan">
      {isGroupKind(kind) && <IconButton icon="open" small label={t.openGroup} onClick={() => openGroup(nodeId)} />}
      {service === undefined && (
        <IconButton icon="play" small label={t.runToHere} onClick={() => void startRun({ to: nodeId })} />
      )}
      {service === 'endpoint' && !live && (
        <IconButton icon="play" small label={t.startEndpoint} onClick={() => void startEndpoint(nodeId)} />
      )}
      {service === 'endpoint' && live && (
        <IconButton icon="stop" small label={t.stopEndpoint} onClick={() => void stopEndpoint(endpoint.id)} />
      )}
      <IconButton
        icon="table"
        small
        label={t.preview}
        onClick={() => {
          select([nodeId]);
          showDock('preview');
        }}
      />
      {service === undefined && <PinButton nodeId={nodeId} />}
      <IconButton icon="trash" small label={t.delete} onClick={() => removeItems([nodeId], [])} />
    </div>
  );
}

function FailureDrawer({ nodeId, status }: { nodeId: string; status: NodeStatus }) {
  if (!status.error) return null;
  return (
    <div className="drawer nodrag nopan">
      <p className="drawer-message" title={engineText(status.error.message)}>
        <EngineText text={status.error.message} />
      </p>
      {status.error.fix && (
        <p className="mid">
          <EngineText text={status.error.fix} />
        </p>
      )}
      <p className="drawer-actions">
        <Button
          variant="link"
          onClick={() => {
            select([nodeId]);
            showDock('logs');
          }}
        >
          {t.log}
        </Button>
        <Button variant="link" onClick={() => void startRun({ to: nodeId })}>
          {t.runAgain}
        </Button>
      </p>
    </div>
  );
}

/** One node on the canvas: flag, title, kind, body, waterline and ports. */
function NodeCardView({ id, selected }: NodeProps) {
  countRender('node-card');
  const node = useGraphNode(id);
  const status = useNodeStatus(id);
  const [hovered, setHovered] = useState(false);
  const card = useRef<HTMLDivElement>(null);

  const definition = node && nodeDefinition(node);
  const stage = definition?.stage ?? stageOf(node?.kind ?? '');
  const title = node ? titleOf(node, id) : id;
  const name = `${title}, ${stage}, ${status.word}${status.aside ? ` ${status.aside}` : ''}${status.cause ? `, ${status.cause}` : ''}`;
  useEffect(() => {
    // The focusable element is React Flow's wrapper; it takes its name from here, without a new nodes array.
    card.current?.closest('.react-flow__node')?.setAttribute('aria-label', name);
  }, [name]);

  if (!node) return null;
  const { inputs, outputs } = definition ? portsOf(definition, node.params) : noPorts;
  const inputNames = Object.keys(inputs);
  const outputNames = Object.keys(outputs);
  return (
    <div
      ref={card}
      className={classNames(
        'node-card',
        isGroupKind(node.kind) && 'group',
        status.status,
        isTall(stage) && 'tall',
        `stage-${stage}`,
      )}
      // While a button is down the view or a card is being dragged: cards that pass under the pointer keep still.
      onPointerMove={(event) => {
        if (event.buttons === 0) setHovered(true);
      }}
      onPointerLeave={() => setHovered(false)}
    >
      <div className="node-head">
        <StageFlag stage={stage} size={26} label={false} />
        <b className="node-title" title={title}>
          {fitTitle(title)}
        </b>
        <small>
          {stage} · {node.kind.slice(node.kind.indexOf('.') + 1)}
        </small>
      </div>
      <div className="node-body">
        {isGroupKind(node.kind) ? <GroupBody node={node} /> : <NodeBody nodeId={id} node={node} status={status} />}
      </div>
      <StatusLine
        status={status.status}
        word={status.word}
        aside={status.aside}
        level={status.level}
        className="node-waterline"
      />
      {inputNames.map((port, index) => {
        const input = inputs[port];
        return (
          input && (
            <Port
              key={port}
              nodeId={id}
              name={port}
              side="input"
              types={input.types}
              many={input.many ?? false}
              doc={kindWords(input.doc)}
              topPercent={place(index, inputNames.length)}
            />
          )
        );
      })}
      {outputNames.map((port, index) => {
        const output = outputs[port];
        return (
          output && (
            <Port
              key={port}
              nodeId={id}
              name={port}
              side="output"
              types={[output.type satisfies PortType]}
              many={false}
              doc={kindWords(output.doc)}
              topPercent={place(index, outputNames.length)}
            />
          )
        );
      })}
      {(hovered || selected) && <NodeTools nodeId={id} kind={node.kind} />}
      {status.status === 'failed' && <FailureDrawer nodeId={id} status={status} />}
      {!definition && (
        <span className="unknown-kind" title={t.isNotInstalled(node.kind)}>
          <Icon name="info" small />
        </span>
      )}
    </div>
  );
}

/** React Flow also tells place and size, which a card does not show. */
export const NodeCard = memo(NodeCardView, (a, b) => a.id === b.id && a.selected === b.selected);
