import { create } from 'zustand';
import type { PortType } from '../../shared/graph/port-types.ts';
import { togglePanel } from '../state/ui-store.ts';

/** What the palette's panel shows: kinds to add, all or those that fit a port, or the graph as a tree. */
interface PaletteFilter {
  view: 'nodes' | 'outline';
  port: { ref: string; side: 'source' | 'target'; types: readonly PortType[] } | undefined;
}

export const usePaletteFilter = create<PaletteFilter>(() => ({ view: 'nodes', port: undefined }));

/** Shows what fits a port in the palette; undefined shows every kind again. */
export function filterPalette(port: PaletteFilter['port']): void {
  usePaletteFilter.setState(port ? { port, view: 'nodes' } : { port });
  if (port) togglePanel('palette', true);
}

export function showPalette(view: PaletteFilter['view']): void {
  usePaletteFilter.setState({ view, port: undefined });
  togglePanel('palette', true);
}
