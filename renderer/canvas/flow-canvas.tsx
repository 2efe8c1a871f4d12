import 'reactflow/dist/base.css';
import './canvas.css';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import {
  Background,
  BackgroundVariant,
  type Connection,
  ConnectionLineType,
  type Edge,
  type FinalConnectionState,
  MiniMap,
  type OnSelectionChangeParams,
  ReactFlow,
  ReactFlowProvider,
  SelectionMode,
  useNodesInitialized,
  useReactFlow,
  useStore,
} from 'reactflow';
import { definitionOf } from '../../nodes/catalog.ts';
import { parsePortRef } from '../../shared/graph/ids.ts';
import { type NodeDefinition, portsOf } from '../../shared/node/define-node.ts';
import { addNode, connectPorts, gridPx, type Point, removeItems } from '../state/graph-commands.ts';
import { activeGraph, useActiveGraph } from '../state/graph-store.ts';
import { select, useSelection } from '../state/selection-store.ts';
import { IconButton } from '../ui/button.tsx';
import { Icon } from '../ui/icons/icon.tsx';
import { Menu } from '../ui/menu.tsx';
import { fitPadding, useCanvasCommands } from './canvas-commands.ts';
import { CanvasEmpty } from './canvas-empty.tsx';
import { canvasKey } from './canvas-keyboard.ts';
import { kindDragType } from './drag-type.ts';
import { beginConnecting, checkTarget, endConnecting, keepRefusal, useConnecting } from './connecting-store.ts';
import { type CanvasMenu, menuEntries } from './context-menu.ts';
import { GraphEdge, type GraphFlowEdge } from './graph-edge.tsx';
import { KindPicker } from './kind-picker.tsx';
import { definitions, inputsTaking, outputsGiving } from './kind-search.ts';
import { NodeCard } from './node-card.tsx';
import { Refusal } from './refusal.tsx';
import { cardSize } from './card-size.ts';
import { type FlowNode, useFlowEdges, useFlowNodes } from './use-flow-nodes.ts';
import { useClipboard } from './use-clipboard.ts';

const nodeTypes = { node: NodeCard };
const edgeTypes = { port: GraphEdge };
/** Read by the minimap to fit its view box, so not in the style sheet. */
const minimapSize = { width: 160, height: 76 };
const zoomStep = 0.05;
const cullAbove = 150;
const cullBelow = 135;

/** Kinds offered where a connection was dropped on empty canvas, and how the picked one is tied in. */
interface Picker {
  at: { x: number; y: number };
  flowAt: Point;
  kinds: readonly NodeDefinition[];
  link?: { from?: string; to?: string };
}

function portTypesAt(ref: string, side: 'source' | 'target') {
  const end = parsePortRef(ref);
  const node = end && activeGraph()?.document.nodes[end.node];
  const definition = node && definitionOf(node.kind);
  if (!end || !node || !definition) return [];
  const ports = portsOf(definition, node.params);
  if (side === 'source') {
    const output = ports.outputs[end.port];
    return output ? [output.type] : [];
  }
  return ports.inputs[end.port]?.types ?? [];
}

/**
 * Sets the level of detail on the canvas element, without a React render per frame. The zoom itself is given only where
 * titles need it, in steps: a changed custom property restyles every card.
 */
function DetailLevel({ wrapper }: { wrapper: React.RefObject<HTMLDivElement | null> }) {
  const detail = useStore(({ transform }) => (transform[2] >= 0.8 ? 'full' : transform[2] >= 0.4 ? 'brief' : 'far'));
  const step = useStore(({ transform }) => Math.round(transform[2] / zoomStep) * zoomStep);
  useEffect(() => {
    const element = wrapper.current;
    if (!element) return;
    element.dataset.detail = detail;
    if (detail === 'brief') element.style.setProperty('--zoom', step.toFixed(2));
  }, [detail, step, wrapper]);
  return null;
}

function ZoomBar({ onLayout }: { onLayout: () => void }) {
  const flow = useReactFlow();
  const percent = useStore((state) => Math.round(state.transform[2] * 100));
  return (
    <div className="zoom-bar" role="toolbar" aria-label="View">
      <IconButton icon="layout" small label="Arrange" onClick={onLayout} />
      <IconButton icon="minus" small label="Zoom out" onClick={() => void flow.zoomOut()} />
      <button type="button" className="num zoom-percent" onClick={() => void flow.zoomTo(1)} title="100 %">
        {percent} %
      </button>
      <IconButton icon="plus" small label="Zoom in" onClick={() => void flow.zoomIn()} />
      <IconButton
        icon="fit"
        small
        label="Fit graph"
        onClick={() => void flow.fitView({ padding: fitPadding, maxZoom: 1 })}
      />
    </div>
  );
}

function Canvas() {
  const wrapper = useRef<HTMLDivElement>(null);
  const flow = useReactFlow<FlowNode, GraphFlowEdge>();
  const { nodes, onNodesChange } = useFlowNodes();
  const edges = useFlowEdges();
  const tabId = useActiveGraph((graph) => graph.tabId);
  const name = useActiveGraph((graph) => graph.document.name);
  const [menu, setMenu] = useState<CanvasMenu>();
  const [picker, setPicker] = useState<Picker>();
  const [culling, setCulling] = useState(false);
  const commands = useCanvasCommands();
  useClipboard(wrapper);

  const count = nodes.length;
  useEffect(() => {
    setCulling((before) => (before ? count > cullBelow : count >= cullAbove));
  }, [count]);

  const fitted = useRef<string>(undefined);
  const measured = useNodesInitialized();
  useEffect(() => {
    if (tabId === undefined || fitted.current === tabId || count === 0 || !measured) return;
    fitted.current = tabId;
    const frame = requestAnimationFrame(() => void flow.fitView({ padding: fitPadding, maxZoom: 1 }));
    return () => cancelAnimationFrame(frame);
  }, [tabId, count, measured, flow]);

  const isValid = useCallback((connection: Connection | Edge) => {
    const { origin } = useConnecting.getState();
    const ref =
      origin?.side === 'target'
        ? `${connection.source}.${connection.sourceHandle ?? ''}`
        : `${connection.target}.${connection.targetHandle ?? ''}`;
    return checkTarget(useConnecting.getState(), ref)?.ok ?? false;
  }, []);

  const onConnect = useCallback((connection: Connection) => {
    connectPorts(
      `${connection.source}.${connection.sourceHandle ?? ''}`,
      `${connection.target}.${connection.targetHandle ?? ''}`,
    );
  }, []);

  const onConnectEnd = useCallback(
    (event: MouseEvent | TouchEvent, state: FinalConnectionState) => {
      const { origin } = useConnecting.getState();
      const target = state.toHandle?.id ? `${state.toHandle.nodeId}.${state.toHandle.id}` : undefined;
      const check = target === undefined ? undefined : checkTarget(useConnecting.getState(), target);
      endConnecting();
      if (check && !check.ok) {
        if (target !== origin?.ref) keepRefusal(check);
        return;
      }
      if (!origin || state.toNode || state.isValid) return;
      const point = 'changedTouches' in event ? event.changedTouches[0] : event;
      if (!point) return;
      const types = portTypesAt(origin.ref, origin.side);
      const fitting = definitions.filter((definition) =>
        origin.side === 'source'
          ? types.some((type) => inputsTaking(definition, type).length > 0)
          : outputsGiving(definition, types).length > 0,
      );
      setPicker({
        at: { x: point.clientX, y: point.clientY },
        flowAt: flow.screenToFlowPosition({ x: point.clientX, y: point.clientY }),
        kinds: fitting,
        link: origin.side === 'source' ? { from: origin.ref } : { to: origin.ref },
      });
    },
    [flow],
  );

  const onSelectionChange = useCallback((selection: OnSelectionChangeParams) => {
    const ids = selection.edges.map((edge) => edge.id);
    select(useSelection.getState().nodes, ids);
  }, []);

  function pick(kind: string) {
    if (!picker) return;
    const definition = definitionOf(kind);
    setPicker(undefined);
    if (!definition) return;
    const { link, flowAt } = picker;
    if (link?.from !== undefined) {
      const [port] = portTypesAt(link.from, 'source').flatMap((type) => inputsTaking(definition, type));
      addNode(kind, { x: flowAt.x, y: flowAt.y - cardSize.height / 2 }, { from: link.from, ...(port ? { port } : {}) });
    } else if (link?.to !== undefined) {
      const [port] = outputsGiving(definition, portTypesAt(link.to, 'target'));
      const at = { x: flowAt.x - cardSize.width, y: flowAt.y - cardSize.height / 2 };
      addNode(kind, at, { to: link.to, ...(port ? { port } : {}) });
    } else addNode(kind, flowAt);
    wrapper.current?.focus();
  }

  const minimapColor = useMemo(
    () => (node: FlowNode) => {
      const kind = activeGraph()?.document.nodes[node.id]?.kind ?? '';
      return `var(--st-${definitionOf(kind)?.stage ?? 'data'})`;
    },
    [],
  );

  return (
    // The canvas takes keys for its selection; its nodes are focusable themselves.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <section
      ref={wrapper}
      className="canvas"
      data-panel="canvas"
      aria-label={`Canvas, ${name ?? 'no graph'}`}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={-1}
      onPointerDownCapture={(event) => {
        if (!(event.target as HTMLElement).closest('input, textarea, select, button, .react-flow__node')) {
          wrapper.current?.focus({ preventScroll: true });
        }
      }}
      onKeyDown={(event) => canvasKey(event, { ...commands, openMenu: setMenu })}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes(kindDragType)) return;
        event.preventDefault();
        event.dataTransfer.dropEffect = 'copy';
      }}
      onDrop={(event) => {
        const kind = event.dataTransfer.getData(kindDragType);
        if (!kind) return;
        event.preventDefault();
        const at = flow.screenToFlowPosition({ x: event.clientX, y: event.clientY });
        addNode(kind, { x: at.x - cardSize.width / 2, y: at.y - 20 });
        wrapper.current?.focus({ preventScroll: true });
      }}
    >
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        onNodesChange={onNodesChange}
        onSelectionChange={onSelectionChange}
        isValidConnection={isValid}
        onConnect={onConnect}
        onConnectStart={(_event, { nodeId, handleId, handleType }) => {
          if (nodeId && handleId && handleType) beginConnecting(`${nodeId}.${handleId}`, handleType);
        }}
        onConnectEnd={onConnectEnd}
        onReconnectStart={(_event, edge, handleType) => {
          const from = `${edge.source}.${edge.sourceHandle ?? ''}`;
          const to = `${edge.target}.${edge.targetHandle ?? ''}`;
          // `handleType` is the end that stays.
          beginConnecting(handleType === 'source' ? from : to, handleType, { from, to });
        }}
        onReconnect={(edge, connection) => {
          connectPorts(
            `${connection.source}.${connection.sourceHandle ?? ''}`,
            `${connection.target}.${connection.targetHandle ?? ''}`,
            edge.id,
          );
        }}
        onReconnectEnd={(_event, edge, _handleType, state) => {
          endConnecting();
          if (!state.isValid && !state.toNode) removeItems([], [edge.id]);
        }}
        onEdgeContextMenu={(event, edge) => {
          event.preventDefault();
          setMenu({ at: { x: event.clientX, y: event.clientY }, edge: edge.id });
        }}
        onNodeContextMenu={(event, node) => {
          event.preventDefault();
          if (!useSelection.getState().nodes.includes(node.id)) select([node.id]);
          setMenu({ at: { x: event.clientX, y: event.clientY }, node: node.id });
        }}
        onPaneContextMenu={(event) => {
          event.preventDefault();
          setMenu({ at: { x: event.clientX, y: event.clientY } });
        }}
        onPaneClick={() => select([])}
        snapToGrid
        snapGrid={[gridPx, gridPx]}
        deleteKeyCode={null}
        selectionKeyCode="Shift"
        multiSelectionKeyCode={['Meta', 'Control']}
        selectionMode={SelectionMode.Partial}
        disableKeyboardA11y
        elevateNodesOnSelect={false}
        onlyRenderVisibleElements={culling}
        minZoom={0.08}
        maxZoom={2.5}
        connectionRadius={24}
        connectionLineType={ConnectionLineType.SmoothStep}
        connectionLineStyle={{ stroke: 'var(--signal)', strokeWidth: 1.8 }}
        proOptions={{ hideAttribution: true }}
      >
        <Background variant={BackgroundVariant.Cross} gap={48} size={5} color="var(--grid)" />
        <MiniMap<FlowNode>
          pannable
          zoomable
          nodeColor={minimapColor}
          nodeStrokeWidth={0}
          nodeBorderRadius={6}
          maskColor="color-mix(in srgb, var(--well) 72%, transparent)"
          style={minimapSize}
          ariaLabel="Minimap"
        />
        <ZoomBar onLayout={commands.arrange} />
        <DetailLevel wrapper={wrapper} />
        <Refusal />
      </ReactFlow>
      <div className="crumb">
        <Icon name="graph" small />
        <b>{name}</b>
      </div>
      {count === 0 && <CanvasEmpty />}
      {menu && (
        <Menu
          label="Canvas"
          at={menu.at}
          onClose={() => setMenu(undefined)}
          entries={menuEntries(menu, {
            ...commands,
            addHere: () => setPicker({ at: menu.at, flowAt: flow.screenToFlowPosition(menu.at), kinds: definitions }),
          })}
        />
      )}
      {picker && <KindPicker at={picker.at} kinds={picker.kinds} onPick={pick} onClose={() => setPicker(undefined)} />}
    </section>
  );
}

export function FlowCanvas() {
  return (
    <ReactFlowProvider>
      <Canvas />
    </ReactFlowProvider>
  );
}
