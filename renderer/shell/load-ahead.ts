const restMs = 2_000;

/** What is used without an engine too. The engine gives the app its files, so these are fetched while it is there. */
const parts = [
  () => import('../inspector/node-inspector.tsx'),
  () => import('./problems-panel.tsx'),
  () => import('./shortcut-sheet.tsx'),
  () => import('./settings-screen.tsx'),
  () => import('../home/home-screen.tsx'),
];

async function loadParts(): Promise<void> {
  for (const load of parts) {
    // A part that does not load now is asked for again when it is opened.
    await load().catch(() => undefined);
  }
}

/** Loads the parts of the app that editing goes on to use, in an idle moment after the first screen has come to rest. */
export function loadAhead(): void {
  setTimeout(() => requestIdleCallback(() => void loadParts()), restMs);
}
