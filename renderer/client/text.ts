import { defineText } from '../translation/define-text.ts';

export const t = defineText(
  {
    engineNotReachable: 'The engine is not reachable.',
    connectsAgain: 'Editing goes on; the app connects again by itself.',
  },
  {
    engineNotReachable: 'Die Engine ist nicht erreichbar.',
    connectsAgain: 'Bearbeiten geht weiter; die App verbindet sich von selbst wieder.',
  },
);
