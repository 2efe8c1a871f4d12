import 'reactflow/dist/base.css';
import './canvas.css';
import { useCallback, useRef, useState } from 'react';
import {
  Background,
  BackgroundVariant,
  type Connection,
  ConnectionLineType,
  type Edge,
  type FinalConnectionState,
  type HandleType,
  type OnConnectStartParams,
  type OnSelectionChangeParams,
  ReactFlow,
  ReactFlowProvider,
  SelectionMode,
  useReactFlow,
} from 'reactflow';
import { openDroppedFiles } from '../desktop/dropped-files.ts';
import { definitionOf } from '../../nodes/catalog.ts';
import { parsePortRef } from '../../shared/graph/ids.ts';
import { type NodeDefinition, portsOf } from '../../shared/node/define-node.ts';
import {
  addComment,
  addNode,
  connectPorts,
  gridPx,
  hasEdges,
  insertIntoEdge,
  type Point,
  removeItems,
} from '../state/graph-commands.ts';
import { activeGraph, useActiveGraph } from '../state/graph-store.ts';
import { openGroup } from '../state/group-commands.ts';
import { select, useSelection } from '../state/selection-store.ts';
import { Menu } from '../ui/menu.tsx';
import { useCanvasCommands } from './canvas-commands.ts';
import { CanvasEmpty } from './canvas-empty.tsx';
import { Breadcrumbs } from './breadcrumbs.tsx';
import { canvasKey } from './canvas-keyboard.ts';
import { kindDragType } from './drag-type.ts';
import { beginConnecting, checkTarget, endConnecting, keepRefusal, useConnecting } from './connecting-store.ts';
import { type CanvasMenu, menuEntries } from './context-menu.ts';
import { GraphEdge, type GraphFlowEdge } from './graph-edge.tsx';
import { byUse } from '../state/kind-use.ts';
import { KindPicker } from './kind-picker.tsx';
import { definitions, inputsTaking, kindsFitting, outputsGiving } from './kind-search.ts';
import { filterPalette } from './palette-filter.ts';
import { NodeCard } from './node-card.tsx';
import { DetailLevel, useFar } from './detail-level.tsx';
import { Frames } from './frames.tsx';
import { GuideLines } from './guide-lines.tsx';
import { showGuides } from './snap-guides.ts';
import { FarView, nodeAt } from './far-view.tsx';
import { Minimap } from './minimap.tsx';
import { Refusal } from './refusal.tsx';
import { useFarPointer } from './use-far-pointer.ts';
import { useRendered } from './use-rendered.ts';
import { useStable } from './use-stable.ts';
import { useTabView } from './use-tab-view.ts';
import { zoomLimits } from './view-fit.ts';
import { ZoomBar } from './zoom-bar.tsx';
import { cardSize } from './card-size.ts';
import { type FlowNode, useFlowEdges, useFlowNodes } from './use-flow-nodes.ts';
import { useClipboard } from './use-clipboard.ts';
import { t } from './text.ts';
import { nodeDefinition } from '../state/node-definition.ts';

const nodeTypes = { node: NodeCard };
const edgeTypes = { port: GraphEdge };
/** Graphs of this many cards draw only what is in view, and stop to do so below the second number. */
const cullFrom = 150;
const cullBelow = 135;
const snapGrid: [number, number] = [gridPx, gridPx];
const multiSelectionKeys = ['Meta', 'Control'];
const connectionLineStyle = { stroke: 'var(--signal)', strokeWidth: 1.8 };
const proOptions = { hideAttribution: true };
const noNodes: FlowNode[] = [];
const noEdges: GraphFlowEdge[] = [];

/** `edgeId` of the edge under a point of the window. */
function edgeAt(x: number, y: number): string | undefined {
  for (const element of document.elementsFromPoint(x, y)) {
    const id = element.closest<HTMLElement>('.react-flow__edge')?.dataset.id;
    if (id !== undefined) return id;
  }
  return undefined;
}

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
  const definition = node && nodeDefinition(node);
  if (!end || !node || !definition) return [];
  const ports = portsOf(definition, node.params);
  if (side === 'source') {
    const output = ports.outputs[end.port];
    return output ? [output.type] : [];
  }
  return ports.inputs[end.port]?.types ?? [];
}

function Canvas() {
  const wrapper = useRef<HTMLDivElement>(null);
  const flow = useReactFlow<FlowNode, GraphFlowEdge>();
  const { nodes, onNodesChange } = useFlowNodes();
  const edges = useFlowEdges();
  const name = useActiveGraph((graph) => graph.document.name);
  const [menu, setMenu] = useState<CanvasMenu>();
  const [picker, setPicker] = useState<Picker>();
  const [culling, setCulling] = useState(false);
  const commands = useCanvasCommands(wrapper);
  const far = useFar();
  const farPointer = useFarPointer(far, nodes, onNodesChange);
  useClipboard(wrapper);
  useTabView(wrapper);

  const count = useActiveGraph((graph) => Object.keys(graph.document.nodes).length) ?? 0;
  const cull = culling ? count >= cullBelow : count >= cullFrom;
  if (cull !== culling) setCulling(cull);
  const rendered = useRendered(far ? noNodes : nodes, far ? noEdges : edges, cull);

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
      if (check && !check.ok && target !== origin?.ref) {
        keepRefusal(check);
        return;
      }
      const point = 'changedTouches' in event ? event.changedTouches[0] : event;
      // An edge let go of on the empty canvas is deleted; nothing is added in its place.
      if (!origin || origin.again || !point) return;
      const types = portTypesAt(origin.ref, origin.side);
      if (state.toNode || state.isValid) return;
      const own = activeGraph()?.document.nodes[parsePortRef(origin.ref)?.node ?? '']?.kind;
      const fitting = byUse(kindsFitting(origin.side, types), own);
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

  const onConnectStart = useStable(
    (_event: MouseEvent | TouchEvent, { nodeId, handleId, handleType }: OnConnectStartParams) => {
      // React Flow also tells the start of an edge that is led elsewhere.
      if (useConnecting.getState().origin?.again) return;
      if (nodeId && handleId && handleType) beginConnecting(`${nodeId}.${handleId}`, handleType);
    },
  );
  const onReconnectStart = useStable((_event: React.MouseEvent, edge: GraphFlowEdge, handleType: HandleType) => {
    const from = `${edge.source}.${edge.sourceHandle ?? ''}`;
    const to = `${edge.target}.${edge.targetHandle ?? ''}`;
    // `handleType` is the end that stays.
    beginConnecting(handleType === 'source' ? from : to, handleType, { from, to });
  });
  const onReconnect = useStable((edge: GraphFlowEdge, connection: Connection) => {
    connectPorts(
      `${connection.source}.${connection.sourceHandle ?? ''}`,
      `${connection.target}.${connection.targetHandle ?? ''}`,
      edge.id,
    );
  });
  const onReconnectEnd = useStable(
    (_event: MouseEvent | TouchEvent, edge: GraphFlowEdge, _handleType: HandleType, state: FinalConnectionState) => {
      endConnecting();
      if (!state.isValid && !state.toNode) removeItems([], [edge.id]);
    },
  );
  const onEdgeContextMenu = useStable((event: React.MouseEvent, edge: GraphFlowEdge) => {
    event.preventDefault();
    setMenu({ at: { x: event.clientX, y: event.clientY }, edge: edge.id });
  });
  const onNodeContextMenu = useStable((event: React.MouseEvent, node: FlowNode) => {
    event.preventDefault();
    if (!useSelection.getState().nodes.includes(node.id)) select([node.id]);
    setMenu({ at: { x: event.clientX, y: event.clientY }, node: node.id });
  });
  const onNodeDoubleClick = useStable((_event: React.MouseEvent, node: FlowNode) => openGroup(node.id));
  const onPaneContextMenu = useStable((event: React.MouseEvent | MouseEvent) => {
    event.preventDefault();
    const at = { x: event.clientX, y: event.clientY };
    const node = far ? nodeAt(nodes, flow.screenToFlowPosition(at))?.id : undefined;
    if (node !== undefined && !useSelection.getState().nodes.includes(node)) select([node]);
    setMenu({ at, ...(node === undefined ? {} : { node }) });
  });
  /** A press on a port without a drag: the palette shows what fits it. */
  const onClickConnectStart = useStable(
    (_event: MouseEvent | TouchEvent, { nodeId, handleId, handleType }: OnConnectStartParams) => {
      if (!nodeId || !handleId || !handleType) return;
      const ref = `${nodeId}.${handleId}`;
      filterPalette({ ref, side: handleType, types: portTypesAt(ref, handleType) });
    },
  );
  const onNodeDragStop = useStable((event: MouseEvent | TouchEvent | React.MouseEvent, node: FlowNode) => {
    showGuides([]);
    if (!('clientX' in event) || useSelection.getState().nodes.length > 1 || hasEdges(node.id)) return;
    const edge = edgeAt(event.clientX, event.clientY);
    if (edge !== undefined) insertIntoEdge(node.id, edge);
  });
  const onPaneClick = useStable((event: React.MouseEvent) => {
    const at = flow.screenToFlowPosition({ x: event.clientX, y: event.clientY });
    if (!far || !nodeAt(nodes, at)) select([]);
  });
  return (
    // The canvas takes keys for its selection; its nodes are focusable themselves.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <section
      ref={wrapper}
      className="canvas"
      data-panel="canvas"
      aria-label={t.canvasOf(name ?? '')}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={-1}
      onPointerDownCapture={(event) => {
        if (!(event.target as HTMLElement).closest('input, textarea, select, button, .react-flow__node')) {
          wrapper.current?.focus({ preventScroll: true });
        }
        farPointer.onPointerDownCapture(event);
      }}
      onKeyDown={(event) => canvasKey(event, { ...commands, openMenu: setMenu })}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes(kindDragType)) return;
        event.preventDefault();
        event.dataTransfer.dropEffect = 'copy';
      }}
      onDrop={(event) => {
        const kind = event.dataTransfer.getData(kindDragType);
        const at = flow.screenToFlowPosition({ x: event.clientX, y: event.clientY });
        if (event.dataTransfer.files.length > 0) {
          event.preventDefault();
          openDroppedFiles([...event.dataTransfer.files], at);
          return;
        }
        if (!kind) return;
        event.preventDefault();
        const edge = edgeAt(event.clientX, event.clientY);
        const id = addNode(kind, { x: at.x - cardSize.width / 2, y: at.y - 20 });
        if (id !== undefined && edge !== undefined) insertIntoEdge(id, edge);
        wrapper.current?.focus({ preventScroll: true });
      }}
    >
      <ReactFlow
        nodes={rendered.nodes}
        edges={rendered.edges}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        onNodesChange={onNodesChange}
        onSelectionChange={onSelectionChange}
        isValidConnection={isValid}
        onConnect={onConnect}
        onConnectStart={onConnectStart}
        onConnectEnd={onConnectEnd}
        onClickConnectStart={onClickConnectStart}
        onNodeDragStop={onNodeDragStop}
        onReconnectStart={onReconnectStart}
        onReconnect={onReconnect}
        onReconnectEnd={onReconnectEnd}
        onEdgeContextMenu={onEdgeContextMenu}
        onNodeContextMenu={onNodeContextMenu}
        onNodeDoubleClick={onNodeDoubleClick}
        onPaneContextMenu={onPaneContextMenu}
        onPaneClick={onPaneClick}
        snapToGrid
        zoomOnDoubleClick={false}
        snapGrid={snapGrid}
        deleteKeyCode={null}
        selectionKeyCode="Shift"
        multiSelectionKeyCode={multiSelectionKeys}
        selectionMode={SelectionMode.Partial}
        disableKeyboardA11y
        elevateNodesOnSelect={false}
        minZoom={zoomLimits.min}
        maxZoom={zoomLimits.max}
        connectionRadius={24}
        connectionLineType={ConnectionLineType.SmoothStep}
        connectionLineStyle={connectionLineStyle}
        proOptions={proOptions}
      >
        <Background variant={BackgroundVariant.Cross} gap={48} size={5} color="var(--grid)" />
        {far && <FarView nodes={nodes} edges={edges} />}
        {!far && <Frames onMenu={(frame, at) => setMenu({ at, frame })} />}
        <Minimap nodes={nodes} />
        <ZoomBar onLayout={commands.arrange} onFit={commands.fit} />
        <DetailLevel wrapper={wrapper} />
        <Refusal />
        <GuideLines />
      </ReactFlow>
      <Breadcrumbs />
      {farPointer.marquee && <div className="marquee" style={farPointer.marquee} />}
      {count === 0 && <CanvasEmpty />}
      {menu && (
        <Menu
          label={t.canvas}
          at={menu.at}
          onClose={() => setMenu(undefined)}
          entries={menuEntries(menu, {
            ...commands,
            commentHere: () => addComment(flow.screenToFlowPosition(menu.at)),
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
