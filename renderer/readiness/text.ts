import { defineText } from '../translation/define-text.ts';

export const t = defineText(
  {
    missing: 'Missing',
    stale: 'Stale',
    met: 'Met',
    waived: 'Waived',
    readiness: 'Readiness',
    of: (met: string | number, total: string | number) => `${met} of ${total}`,
    markdown: 'Markdown',
    close: 'Close',
    theLook: 'the look at the graph',
    add: (title: string | number) => `Add ${title}`,
    added: (value: string | number) => `Added ${value}`,
  },
  {
    missing: 'Fehlt',
    stale: 'Veraltet',
    met: 'Erfüllt',
    waived: 'Erlassen',
    readiness: 'Bereitschaft',
    of: (met, total) => `${met} von ${total}`,
    markdown: 'Markdown',
    close: 'Schließen',
    theLook: 'den Blick auf den Graphen',
    add: (title) => `${title} hinzufügen`,
    added: (value) => `${value} hinzugefügt`,
  },
);
