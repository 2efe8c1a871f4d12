import { useEffect, useRef, useSyncExternalStore } from 'react';
import { useReactFlow, useStoreApi } from 'reactflow';
import { activeGraph } from '../state/graph-store.ts';
import { useUi } from '../state/ui-store.ts';
import { boxOfNode } from './card-size.ts';
import type { Box } from './edge-route.ts';
import { readPalette } from './far-draw.ts';
import type { FlowNode } from './use-flow-nodes.ts';
import { nodeDefinition } from '../state/node-definition.ts';

const size = { width: 160, height: 76 };
const paddingPx = 6;
/** The map is drawn again when cards have come to rest. */
const settleMs = 120;

const scheme = matchMedia('(prefers-color-scheme: dark)');

function onSchemeChange(listener: () => void): () => void {
  scheme.addEventListener('change', listener);
  return () => scheme.removeEventListener('change', listener);
}

interface Scale {
  left: number;
  top: number;
  factor: number;
}

function scaleOf(boxes: readonly Box[]): Scale {
  const all = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  for (const box of boxes) {
    all.left = Math.min(all.left, box.left);
    all.top = Math.min(all.top, box.top);
    all.right = Math.max(all.right, box.right);
    all.bottom = Math.max(all.bottom, box.bottom);
  }
  if (boxes.length === 0) return { left: 0, top: 0, factor: 0.1 };
  const inner = { width: size.width - 2 * paddingPx, height: size.height - 2 * paddingPx };
  const factor = Math.min(inner.width / (all.right - all.left), inner.height / (all.bottom - all.top), 0.25);
  return {
    factor,
    left: all.left - (size.width / factor - (all.right - all.left)) / 2,
    top: all.top - (size.height / factor - (all.bottom - all.top)) / 2,
  };
}

function placeOutline(
  element: HTMLElement | null,
  view: { transform: [number, number, number]; width: number; height: number },
  { left, top, factor }: Scale,
): void {
  if (!element) return;
  const [x, y, zoom] = view.transform;
  element.style.transform = `translate(${(-x / zoom - left) * factor}px, ${(-y / zoom - top) * factor}px)`;
  element.style.width = `${(view.width / zoom) * factor}px`;
  element.style.height = `${(view.height / zoom) * factor}px`;
}

/** The whole graph in stage colours, the view as an outline. A press or drag moves the view there. */
export function Minimap({ nodes }: { nodes: readonly FlowNode[] }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const outline = useRef<HTMLDivElement>(null);
  const scale = useRef<Scale>({ left: 0, top: 0, factor: 0.1 });
  const store = useStoreApi();
  const flow = useReactFlow();
  const theme = useUi((state) => state.theme);
  const systemDark = useSyncExternalStore(onSchemeChange, () => scheme.matches);

  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext('2d');
    if (!element || !context) return;
    const timer = setTimeout(() => {
      const dpr = window.devicePixelRatio;
      element.width = size.width * dpr;
      element.height = size.height * dpr;
      const boxes = nodes.map(boxOfNode);
      scale.current = scaleOf(boxes);
      const { left, top, factor } = scale.current;
      const color = readPalette(element);
      const document = activeGraph()?.document;
      context.setTransform(dpr, 0, 0, dpr, 0, 0);
      nodes.forEach((node, index) => {
        const box = boxes[index];
        if (!box) return;
        const own = document?.nodes[node.id];
        const stage = (own && nodeDefinition(own, document))?.stage ?? 'data';
        context.fillStyle = color(`--st-${stage}`);
        const width = Math.max(1, (box.right - box.left) * factor);
        const height = Math.max(1, (box.bottom - box.top) * factor);
        context.fillRect((box.left - left) * factor, (box.top - top) * factor, width, height);
      });
      placeOutline(outline.current, store.getState(), scale.current);
    }, settleMs);
    return () => clearTimeout(timer);
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- the theme changes the colours read from the style
  }, [nodes, theme, systemDark, store]);

  useEffect(() => {
    let frame: number | undefined;
    const end = store.subscribe((state, before) => {
      if (state.transform === before.transform && state.width === before.width && state.height === before.height)
        return;
      frame ??= requestAnimationFrame(() => {
        frame = undefined;
        placeOutline(outline.current, store.getState(), scale.current);
      });
    });
    return () => {
      end();
      if (frame !== undefined) cancelAnimationFrame(frame);
    };
  }, [store]);

  function go(event: React.PointerEvent) {
    const box = event.currentTarget.getBoundingClientRect();
    const { left, top, factor } = scale.current;
    const x = (event.clientX - box.left) / factor + left;
    const y = (event.clientY - box.top) / factor + top;
    void flow.setCenter(x, y, { zoom: flow.getZoom() });
  }
  return (
    <div
      className="minimap"
      aria-hidden="true"
      style={size}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        go(event);
      }}
      onPointerMove={(event) => {
        if (event.buttons === 1) go(event);
      }}
    >
      <canvas ref={canvas} style={size} />
      <div ref={outline} className="minimap-view" />
    </div>
  );
}
