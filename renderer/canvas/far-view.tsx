import { useEffect, useRef } from 'react';
import { useStoreApi } from 'reactflow';
import { portsOf } from '../../shared/node/define-node.ts';
import { activeGraph, stepIdOf } from '../state/graph-store.ts';
import { useRuns } from '../state/run-store.ts';
import { useSelection } from '../state/selection-store.ts';
import { useUi } from '../state/ui-store.ts';
import { boxOfNode } from './card-size.ts';
import type { Box } from './edge-route.ts';
import { drawFar, type FarCard, type FarEdge, type FarFrame, readPalette } from './far-draw.ts';
import type { GraphFlowEdge } from './graph-edge.tsx';
import { onStatusChange, readNodeStatus } from './use-node-status.ts';
import type { FlowNode } from './use-flow-nodes.ts';
import { nodeDefinition } from '../state/node-definition.ts';

interface FarViewProps {
  nodes: readonly FlowNode[];
  edges: readonly GraphFlowEdge[];
}

/** Share of the view's size that the bitmap reaches beyond it on each side. */
const margin = 0.3;
/** A drawing is scaled within these limits while zooming, and drawn anew beyond them. */
const scaleLimits = { min: 0.55, max: 1.8 };
const settleMs = 120;

interface Drawing {
  x: number;
  y: number;
  zoom: number;
  width: number;
  height: number;
}

function overlaps(box: Box, area: Box): boolean {
  return box.right > area.left && box.left < area.right && box.bottom > area.top && box.top < area.bottom;
}

function portPlaces(nodeId: string): { inputs: Map<string, number>; outputs: Map<string, number> } {
  const node = activeGraph()?.document.nodes[nodeId];
  const definition = node && nodeDefinition(node);
  const ports = definition ? portsOf(definition, node.params) : { inputs: {}, outputs: {} };
  const places = (names: string[]) => new Map(names.map((name, at) => [name, (at + 1) / (names.length + 1)]));
  return { inputs: places(Object.keys(ports.inputs)), outputs: places(Object.keys(ports.outputs)) };
}

function cardsOf(nodes: readonly FlowNode[], area: Box): FarCard[] {
  const document = activeGraph()?.document;
  const selected = new Set(useSelection.getState().nodes);
  return nodes.flatMap((node): FarCard[] => {
    const box = boxOfNode(node);
    if (!overlaps(box, area)) return [];
    const status = readNodeStatus(node.id);
    const own = document?.nodes[node.id];
    const stage = (own && nodeDefinition(own, document))?.stage ?? 'data';
    return [{ box, stage, status: status.status, level: status.level ?? 0, selected: selected.has(node.id) }];
  });
}

function edgesOf(nodes: readonly FlowNode[], edges: readonly GraphFlowEdge[], area: Box): FarEdge[] {
  const graph = activeGraph();
  const run = graph && useRuns.getState().runs[graph.tabId];
  const boxes = new Map(nodes.map((node) => [node.id, boxOfNode(node)]));
  const ports = new Map<string, ReturnType<typeof portPlaces>>();
  const portsFor = (id: string) => {
    const known = ports.get(id) ?? portPlaces(id);
    ports.set(id, known);
    return known;
  };
  return edges.flatMap((edge): FarEdge[] => {
    const source = boxes.get(edge.source);
    const target = boxes.get(edge.target);
    if (!source || !target) return [];
    const reach: Box = {
      left: Math.min(source.right, target.left),
      top: Math.min(source.top, target.top),
      right: Math.max(source.right, target.left),
      bottom: Math.max(source.bottom, target.bottom),
    };
    if (!overlaps(reach, area)) return [];
    const out = portsFor(edge.source).outputs.get(edge.sourceHandle ?? '') ?? 0.5;
    const into = portsFor(edge.target).inputs.get(edge.targetHandle ?? '') ?? 0.5;
    const running =
      run?.status === 'running' && run.steps[graph ? stepIdOf(graph, edge.source) : edge.source]?.state === 'running';
    return [
      {
        from: { x: source.right, y: source.top + (source.bottom - source.top) * out },
        to: { x: target.left, y: target.top + (target.bottom - target.top) * into },
        look: edge.data?.problem ? 'broken' : running ? 'running' : 'plain',
      },
    ];
  });
}

function framesOf(area: Box): FarFrame[] {
  return (activeGraph()?.document.layout.frames ?? []).flatMap((frame) => {
    const box = { left: frame.x, top: frame.y, right: frame.x + frame.width, bottom: frame.y + frame.height };
    return overlaps(box, area) ? [{ box, title: frame.title }] : [];
  });
}

/**
 * All cards and edges on one canvas element. The bitmap reaches beyond the view and is moved and scaled by the
 * compositor; it is drawn again when the view leaves it, when it settles at another zoom, and when the graph or a
 * status changes.
 */
export function FarView({ nodes, edges }: FarViewProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const store = useStoreApi();
  const shown = useRef({ nodes, edges });
  const redraw = useRef<() => void>(undefined);
  shown.current = { nodes, edges };

  useEffect(() => {
    let drawing: Drawing | undefined;
    let frame: number | undefined;
    let settle: ReturnType<typeof setTimeout> | undefined;
    let stale = true;

    function draw() {
      const element = canvas.current;
      const context = element?.getContext('2d');
      const { transform, width, height } = store.getState();
      if (!element || !context || width === 0 || height === 0) return;
      const [x, y, zoom] = transform;
      const dpr = window.devicePixelRatio;
      const marginX = Math.round(width * margin);
      const marginY = Math.round(height * margin);
      const full = { width: width + 2 * marginX, height: height + 2 * marginY };
      const pixels = { width: Math.round(full.width * dpr), height: Math.round(full.height * dpr) };
      if (element.width !== pixels.width || element.height !== pixels.height) {
        element.width = pixels.width;
        element.height = pixels.height;
        element.style.width = `${full.width}px`;
        element.style.height = `${full.height}px`;
      }
      const area: Box = {
        left: (-x - marginX) / zoom,
        top: (-y - marginY) / zoom,
        right: (width - x + marginX) / zoom,
        bottom: (height - y + marginY) / zoom,
      };
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.clearRect(0, 0, pixels.width, pixels.height);
      context.setTransform(dpr * zoom, 0, 0, dpr * zoom, dpr * (x + marginX), dpr * (y + marginY));
      const now = shown.current;
      drawFar(
        context,
        cardsOf(now.nodes, area),
        edgesOf(now.nodes, now.edges, area),
        framesOf(area),
        readPalette(element),
        zoom,
      );
      drawing = { x: x + marginX, y: y + marginY, zoom, ...full };
      stale = false;
    }

    /** Moves the bitmap to where the view is; false where it does not cover the view. */
    function place(): boolean {
      const element = canvas.current;
      const { transform, width, height } = store.getState();
      if (!element || !drawing || stale) return false;
      const [x, y, zoom] = transform;
      const scale = zoom / drawing.zoom;
      const left = x - drawing.x * scale;
      const top = y - drawing.y * scale;
      element.style.transform = `translate(${left}px, ${top}px) scale(${scale})`;
      return (
        left <= 0 &&
        top <= 0 &&
        left + drawing.width * scale >= width &&
        top + drawing.height * scale >= height &&
        scale >= scaleLimits.min &&
        scale <= scaleLimits.max
      );
    }

    function update() {
      frame = undefined;
      if (!place()) {
        draw();
        place();
      }
      clearTimeout(settle);
      if (drawing && drawing.zoom !== store.getState().transform[2]) settle = setTimeout(again, settleMs);
    }
    function soon() {
      frame ??= requestAnimationFrame(update);
    }
    function again() {
      stale = true;
      soon();
    }
    redraw.current = again;
    soon();
    const ends = [
      store.subscribe((state, before) => {
        if (state.width !== before.width || state.height !== before.height) again();
        else if (state.transform !== before.transform) soon();
      }),
      onStatusChange(again),
      useSelection.subscribe(again),
      useUi.subscribe((state, before) => {
        if (state.theme !== before.theme) again();
      }),
    ];
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    scheme.addEventListener('change', again);
    return () => {
      for (const end of ends) end();
      scheme.removeEventListener('change', again);
      clearTimeout(settle);
      if (frame !== undefined) cancelAnimationFrame(frame);
    };
  }, [store]);

  useEffect(() => redraw.current?.(), [nodes, edges]);

  return <canvas ref={canvas} className="far-view" aria-hidden="true" />;
}

/** The node under a point of the graph, the topmost first. */
export function nodeAt(nodes: readonly FlowNode[], point: { x: number; y: number }): FlowNode | undefined {
  return nodes.findLast((node) => {
    const box = boxOfNode(node);
    return point.x >= box.left && point.x <= box.right && point.y >= box.top && point.y <= box.bottom;
  });
}
