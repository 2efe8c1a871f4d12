import { create } from 'zustand';
import { definitionOf } from '../../nodes/catalog.ts';
import { canConnect, type ConnectionCheck } from '../../shared/graph/connect.ts';
import type { GraphDocument } from '../../shared/graph/document.ts';
import { activeGraph } from '../state/graph-store.ts';

type RefusedConnection = Extract<ConnectionCheck, { ok: false }>;

/** A connection being dragged: where it began, and the answer for each port asked so far. */
interface Connecting {
  origin:
    | { ref: string; side: 'source' | 'target' /** An edge led elsewhere, not a new one. */; again: boolean }
    | undefined;
  document: GraphDocument | undefined;
  answers: Map<string, ConnectionCheck>;
  /** Why the last drop was refused; shown for a moment after it. */
  refused: RefusedConnection | undefined;
}

const idle: Connecting = { origin: undefined, document: undefined, answers: new Map(), refused: undefined };

export const useConnecting = create<Connecting>(() => idle);

/** `without`: an edge being reconnected, which does not count as present. */
export function beginConnecting(ref: string, side: 'source' | 'target', without?: { from: string; to: string }): void {
  const document = activeGraph()?.document;
  if (!document) return;
  useConnecting.setState({
    origin: { ref, side, again: without !== undefined },
    document: without
      ? { ...document, edges: document.edges.filter((edge) => edge.from !== without.from || edge.to !== without.to) }
      : document,
    answers: new Map(),
    refused: undefined,
  });
}

const refusalMs = 4000;
let refusalTimer: ReturnType<typeof setTimeout> | undefined;

/** Keeps the reason of a refused drop readable at the pointer for 4 s. */
export function keepRefusal(refused: RefusedConnection): void {
  clearTimeout(refusalTimer);
  useConnecting.setState({ refused });
  refusalTimer = setTimeout(() => useConnecting.setState({ refused: undefined }), refusalMs);
}

export function endConnecting(): void {
  useConnecting.setState(idle);
}

/** Whether the connection under way may end at `ref`; undefined when none is under way. */
export function checkTarget(state: Connecting, ref: string): ConnectionCheck | undefined {
  const { origin, document, answers } = state;
  if (!origin || !document) return undefined;
  const known = answers.get(ref);
  if (known) return known;
  const answer =
    origin.side === 'source'
      ? canConnect(document, definitionOf, origin.ref, ref)
      : canConnect(document, definitionOf, ref, origin.ref);
  answers.set(ref, answer);
  return answer;
}
