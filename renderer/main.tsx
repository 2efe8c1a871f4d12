import './platform/csp-safe-zod.ts';
import './ui/tokens.css';
import './ui/base.css';
import './ui/controls.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './shell/app.tsx';
import { startApp } from './shell/start.ts';
import { startLanguage } from './translation/kind-text.ts';

startApp();

const root = document.getElementById('root');
await startLanguage();
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
