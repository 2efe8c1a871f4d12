import { defineText } from '../translation/define-text.ts';

export const t = defineText(
  {
    unsavedWorkFromBefore: 'Unsaved work from before',
    open: 'Open',
    discard: 'Discard',
    home: 'Home',
    newGraph: 'New graph',
    recentGraphs: 'Recent graphs',
    theListOfGraphs: 'the list of graphs',
    noGraphSaved: 'No graph has been saved yet. Start with a template below, or with an empty graph.',
    templates: 'Templates',
    theTemplates: 'the templates',
    runsOn: (value: string | number) => `Runs on ${value}`,
  },
  {
    unsavedWorkFromBefore: 'Nicht gespeicherte Arbeit von früher',
    open: 'Öffnen',
    discard: 'Verwerfen',
    home: 'Start',
    newGraph: 'Neuer Graph',
    recentGraphs: 'Zuletzt verwendete Graphen',
    theListOfGraphs: 'die Liste der Graphen',
    noGraphSaved: 'Noch ist kein Graph gespeichert. Beginne mit einer Vorlage unten oder mit einem leeren Graphen.',
    templates: 'Vorlagen',
    theTemplates: 'die Vorlagen',
    runsOn: (value) => `Läuft auf ${value}`,
  },
);
