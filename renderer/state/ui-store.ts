import { create } from 'zustand';

export const screens = [
  'home',
  'graph',
  'data',
  'features',
  'runs',
  'experiments',
  'models',
  'endpoints',
  'monitors',
  'cluster',
  'devices',
  'help',
  'settings',
] as const;
export type Screen = (typeof screens)[number];
export const dockTabs = ['preview', 'profile', 'plan', 'logs'] as const;
export type DockTab = (typeof dockTabs)[number];
export type ThemeChoice = 'system' | 'light' | 'dark';
export type PanelName = 'palette' | 'inspector' | 'dock';

/** Address of a screen: `#/runs/RUN_ID`. */
export interface Route {
  screen: Screen;
  /** What the screen shows, e.g. a run, model or endpoint; empty: the screen's overview. */
  id: string;
}

interface Panel {
  open: boolean;
  /** Width of side panels, height of the dock, px. */
  sizePx: number;
}

interface UiState {
  theme: ThemeChoice;
  density: 'compact' | 'comfortable';
  panels: Record<PanelName, Panel>;
  dockTab: DockTab;
  route: Route;
  /** Which floating part is open. */
  overlay:
    | 'commands'
    | 'find'
    | 'compare'
    | 'compare-file'
    | 'model-trust'
    | 'tour'
    | 'shortcuts'
    | 'problems'
    | 'readiness'
    | 'export'
    | 'open'
    | 'save-as'
    | undefined;
  /** Text read out by the live region. */
  announcement: string;
  /** The window is small or magnified: panels lie over the canvas, and begin closed. */
  compact: boolean;
}

/** Panels at both sides would leave the canvas less room than they take; or as high as a window of 800 px at 150 %. */
const compactWindow = matchMedia('(max-width: 960px), (max-height: 480px)');

const settingsKey = 'slipway.ui';
const panelLimitsPx: Record<PanelName, [number, number]> = {
  palette: [148, 320],
  inspector: [248, 520],
  dock: [120, 640],
};

/** As it stands where it is no encoded text: an address may be typed. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function parseRoute(hash: string): Route {
  const [, screen = '', ...rest] = hash.split('/');
  const known = screens.find((name) => name === screen);
  return { screen: known ?? 'graph', id: decoded(rest.join('/')) };
}

type Stored = Pick<UiState, 'theme' | 'density' | 'panels' | 'dockTab'>;

function stored(): Partial<Stored> {
  try {
    return JSON.parse(localStorage.getItem(settingsKey) ?? '{}') as Partial<Stored>;
  } catch {
    return {};
  }
}

const before = stored();

const closedPanels = (panels: UiState['panels']): UiState['panels'] => ({
  palette: { ...panels.palette, open: false },
  inspector: { ...panels.inspector, open: false },
  dock: { ...panels.dock, open: false },
});

/** Panels of a window with room for them, kept while it is compact. */
let roomyPanels: UiState['panels'] = {
  palette: { open: true, sizePx: 176, ...before.panels?.palette },
  inspector: { open: true, sizePx: 292, ...before.panels?.inspector },
  dock: { open: true, sizePx: 232, ...before.panels?.dock },
};

export const useUi = create<UiState>(() => ({
  theme: before.theme ?? 'system',
  density: before.density ?? 'compact',
  panels: compactWindow.matches ? closedPanels(roomyPanels) : roomyPanels,
  compact: compactWindow.matches,
  dockTab: before.dockTab ?? 'preview',
  route: parseRoute(location.hash),
  overlay: undefined,
  announcement: '',
}));

const systemDark = matchMedia('(prefers-color-scheme: dark)');

function applyTheme(): void {
  const { theme, density } = useUi.getState();
  const dark = theme === 'dark' || (theme === 'system' && systemDark.matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
  document.documentElement.dataset.density = density;
}

/** Follows the address, the system's theme and stores settings; once, at start. */
export function startUi(): void {
  window.addEventListener('hashchange', () => useUi.setState({ route: parseRoute(location.hash) }));
  systemDark.addEventListener('change', applyTheme);
  compactWindow.addEventListener('change', ({ matches }) => {
    const { panels, compact } = useUi.getState();
    if (!compact) roomyPanels = panels;
    useUi.setState({ compact: matches, panels: matches ? closedPanels(roomyPanels) : roomyPanels });
  });
  applyTheme();
  useUi.subscribe((state, previous) => {
    if (state.theme !== previous.theme || state.density !== previous.density) applyTheme();
    const { theme, density, dockTab } = state;
    const panels = state.compact ? roomyPanels : state.panels;
    if (
      theme !== previous.theme ||
      density !== previous.density ||
      (!state.compact && panels !== previous.panels) ||
      dockTab !== previous.dockTab
    ) {
      localStorage.setItem(settingsKey, JSON.stringify({ theme, density, panels, dockTab } satisfies Stored));
    }
  });
}

export function navigate(screen: Screen, id = ''): void {
  location.hash = id === '' ? `#/${screen}` : `#/${screen}/${encodeURIComponent(id)}`;
}

export function useRoute(): Route {
  return useUi((state) => state.route);
}

export function setTheme(theme: ThemeChoice): void {
  useUi.setState({ theme });
}

export function setDensity(density: UiState['density']): void {
  useUi.setState({ density });
}

export function setPanelSize(name: PanelName, sizePx: number): void {
  const [low, high] = panelLimitsPx[name];
  const clamped = Math.round(Math.min(high, Math.max(low, sizePx)));
  useUi.setState((state) => ({ panels: { ...state.panels, [name]: { open: true, sizePx: clamped } } }));
}

export function togglePanel(name: PanelName, open?: boolean): void {
  useUi.setState((state) => {
    const panel = state.panels[name];
    // Over a small canvas there is room for one.
    const others = state.compact ? closedPanels(state.panels) : state.panels;
    return { panels: { ...others, [name]: { ...panel, open: open ?? !panel.open } } };
  });
}

/** Opens the dock at a tab. */
export function showDock(tab: DockTab): void {
  useUi.setState((state) => ({
    dockTab: tab,
    panels: {
      ...(state.compact ? closedPanels(state.panels) : state.panels),
      dock: { ...state.panels.dock, open: true },
    },
  }));
}

export function openOverlay(overlay: UiState['overlay']): void {
  useUi.setState({ overlay });
}

/** Reads `text` out through the live region. */
export function announce(text: string): void {
  useUi.setState({ announcement: text });
}
