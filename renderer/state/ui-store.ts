import { create } from 'zustand';

export const screens = ['home', 'graph', 'runs', 'models', 'endpoints', 'monitors', 'cluster', 'settings'] as const;
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
  overlay: 'commands' | 'shortcuts' | 'problems' | 'readiness' | 'export' | 'open' | 'save-as' | undefined;
  /** Text read out by the live region. */
  announcement: string;
}

const settingsKey = 'slipway.ui';
const panelLimitsPx: Record<PanelName, [number, number]> = {
  palette: [148, 320],
  inspector: [248, 520],
  dock: [120, 640],
};

function parseRoute(hash: string): Route {
  const [, screen = '', ...rest] = hash.split('/');
  const known = screens.find((name) => name === screen);
  return { screen: known ?? 'graph', id: decodeURIComponent(rest.join('/')) };
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

export const useUi = create<UiState>(() => ({
  theme: before.theme ?? 'system',
  density: before.density ?? 'compact',
  panels: {
    palette: { open: true, sizePx: 176, ...before.panels?.palette },
    inspector: { open: true, sizePx: 292, ...before.panels?.inspector },
    dock: { open: true, sizePx: 232, ...before.panels?.dock },
  },
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
  applyTheme();
  useUi.subscribe((state, previous) => {
    if (state.theme !== previous.theme || state.density !== previous.density) applyTheme();
    const { theme, density, panels, dockTab } = state;
    if (
      theme !== previous.theme ||
      density !== previous.density ||
      panels !== previous.panels ||
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
    return { panels: { ...state.panels, [name]: { ...panel, open: open ?? !panel.open } } };
  });
}

/** Opens the dock at a tab. */
export function showDock(tab: DockTab): void {
  useUi.setState((state) => ({
    dockTab: tab,
    panels: { ...state.panels, dock: { ...state.panels.dock, open: true } },
  }));
}

export function openOverlay(overlay: UiState['overlay']): void {
  useUi.setState({ overlay });
}

/** Reads `text` out through the live region. */
export function announce(text: string): void {
  useUi.setState({ announcement: text });
}
