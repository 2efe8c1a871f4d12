import type { Language } from '../../shared/app/languages.ts';

const english = {
  file: 'File',
  newGraph: 'New graph',
  newWindow: 'New window',
  open: 'Open…',
  openRecent: 'Open recent',
  save: 'Save',
  saveAs: 'Save as…',
  close: 'Close window',
  quit: 'Quit',
  edit: 'Edit',
  undo: 'Undo',
  redo: 'Redo',
  cut: 'Cut',
  copy: 'Copy',
  paste: 'Paste',
  selectAll: 'Select all',
  run: 'Run',
  stop: 'Stop',
  view: 'View',
  commands: 'Commands',
  fitGraph: 'Fit graph',
  actualSize: 'Actual size',
  zoomIn: 'Zoom in',
  zoomOut: 'Zoom out',
  fullScreen: 'Full screen',
  help: 'Help',
  keyboardShortcuts: 'Keyboard shortcuts',
  restartEngine: 'Restart engine',
  showLogs: 'Show logs',
  about: 'About Slipway',
  services: 'Services',
  hide: 'Hide Slipway',
  hideOthers: 'Hide others',
  showAll: 'Show all',
  openSlipway: 'Open Slipway',
  slipwayGraph: 'Slipway graph',
  graphNotOpened: 'The graph cannot be opened',
  notStarted: 'Slipway does not start',
  engineNotStarted: 'The engine does not start',
  endedSilently: 'It ended without a message.',
  tryAgain: 'Try again',
  logsAt: (path: string) => `Logs: ${path}`,
  windowKeepsEnding: 'The window keeps ending',
  windowReason: (reason: string) => `The reason given is: ${reason}. Unsaved work is kept.`,
  loadAgain: 'Load it again',
  untrusted: 'The certificate of the engine is not trusted',
  untrustedDetail: (url: string) =>
    `${url} shows another certificate than the one you trusted, or one that no authority vouches for any more. ` +
    'Nothing was sent to it. If nobody has changed it, somebody may be in between. ' +
    'Connect to it again in the settings to see the certificate and decide.',
  endpointsLive: (live: number) => (live === 1 ? 'An endpoint is live' : `${live} endpoints are live`),
  keepServingDetail: 'Slipway can go on serving without a window. Its icon in the tray brings the window back.',
  keepServing: 'Keep serving',
};

export type ShellText = Readonly<typeof english>;

const german: ShellText = {
  file: 'Datei',
  newGraph: 'Neuer Graph',
  newWindow: 'Neues Fenster',
  open: 'Öffnen…',
  openRecent: 'Zuletzt geöffnet',
  save: 'Speichern',
  saveAs: 'Speichern unter…',
  close: 'Fenster schließen',
  quit: 'Beenden',
  edit: 'Bearbeiten',
  undo: 'Rückgängig',
  redo: 'Wiederholen',
  cut: 'Ausschneiden',
  copy: 'Kopieren',
  paste: 'Einfügen',
  selectAll: 'Alles auswählen',
  run: 'Ausführen',
  stop: 'Anhalten',
  view: 'Ansicht',
  commands: 'Befehle',
  fitGraph: 'Graph einpassen',
  actualSize: 'Originalgröße',
  zoomIn: 'Vergrößern',
  zoomOut: 'Verkleinern',
  fullScreen: 'Vollbild',
  help: 'Hilfe',
  keyboardShortcuts: 'Tastenkürzel',
  restartEngine: 'Engine neu starten',
  showLogs: 'Protokolle zeigen',
  about: 'Über Slipway',
  services: 'Dienste',
  hide: 'Slipway ausblenden',
  hideOthers: 'Andere ausblenden',
  showAll: 'Alle einblenden',
  openSlipway: 'Slipway öffnen',
  slipwayGraph: 'Slipway-Graph',
  graphNotOpened: 'Der Graph lässt sich nicht öffnen',
  notStarted: 'Slipway startet nicht',
  engineNotStarted: 'Die Engine startet nicht',
  endedSilently: 'Sie endete ohne eine Meldung.',
  tryAgain: 'Erneut versuchen',
  logsAt: (path) => `Protokolle: ${path}`,
  windowKeepsEnding: 'Das Fenster endet immer wieder',
  windowReason: (reason) => `Der genannte Grund: ${reason}. Ungespeicherte Arbeit bleibt erhalten.`,
  loadAgain: 'Neu laden',
  untrusted: 'Dem Zertifikat der Engine wird nicht vertraut',
  untrustedDetail: (url) =>
    `${url} zeigt ein anderes Zertifikat als das, dem du vertraut hast, oder eines, für das keine Stelle mehr bürgt. ` +
    'Es wurde nichts dorthin gesendet. Hat es niemand geändert, kann jemand dazwischen sein. ' +
    'Verbinde dich in den Einstellungen neu, um das Zertifikat zu sehen und zu entscheiden.',
  endpointsLive: (live) => (live === 1 ? 'Ein Endpunkt ist in Betrieb' : `${live} Endpunkte sind in Betrieb`),
  keepServingDetail:
    'Slipway kann auch ohne Fenster weiter antworten. Sein Symbol im Infobereich holt das Fenster zurück.',
  keepServing: 'In Betrieb lassen',
};

/** Every text of menus, tray and message boxes. */
export const shellTexts: Readonly<Record<Language, ShellText>> = { en: english, de: german };

/**
 * The language of the shell: the one the app spoke last, which a file may have wrong, else the first of the system's tags
 * (`de-AT`) that the app speaks, else English.
 */
export function shellLanguage(kept: unknown, systemTags: readonly string[]): Language {
  const known = (tag: unknown): tag is Language => tag === 'en' || tag === 'de';
  if (known(kept)) return kept;
  return systemTags.map((tag) => tag.slice(0, 2).toLowerCase()).find(known) ?? 'en';
}
