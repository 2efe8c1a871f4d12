import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { chromiumPath, openPage, root, type RunningApp, screenshot } from './app.ts';
import { withAppInBrowser } from './app-in-browser.ts';
import { runCommand } from './palette-command.ts';

let app: RunningApp;
let browser: Browser;

interface Graph {
  id: string;
  nodes: Record<string, { kind: string; title?: string; version: number; params: Record<string, unknown> }>;
  edges: { from: string; to: string }[];
}

/** Words that no German sentence of the app holds. */
const english = /\b(the|is|has|not|with|of|row|rows|choose|column|cannot|which|run)\b/gi;

function changedSample(name: string, change: (graph: Graph) => void): string {
  const graph = JSON.parse(readFileSync(join(root, 'resources/templates/penguins.slipway.json'), 'utf8')) as Graph;
  change(graph);
  graph.id = name;
  const folder = join(app.dataDir, 'german');
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${name}.slipway.json`);
  writeFileSync(path, `${JSON.stringify(graph, null, 2)}\n`);
  return path;
}

describe.skipIf(chromiumPath === undefined)('what the engine says in the German app', () => {
  withAppInBrowser((startedApp, startedBrowser) => {
    app = startedApp;
    browser = startedBrowser;
  });

  async function withGraph(path: string, use: (page: Page) => Promise<void>): Promise<void> {
    const { page, errors } = await openPage(browser, 'about:blank');
    await page.addInitScript((graph) => {
      localStorage.setItem('slipway.language', 'de');
      localStorage.setItem('slipway.last-graph', graph);
    }, path);
    await page.goto(app.url);
    await page.locator('.react-flow__node').first().waitFor();
    try {
      await use(page);
      expect(errors).toEqual([]);
    } catch (error) {
      await screenshot(page, `failed-${Date.now()}`);
      throw error;
    } finally {
      await page.context().close();
    }
  }

  /** Texts of elements, without the names that stand in quotes. */
  async function saidIn(page: Page, selector: string): Promise<string[]> {
    const texts = await page.locator(selector).allInnerTexts();
    return texts.map((text) => text.replaceAll(/"[^"]*"|„[^“]*“/g, ''));
  }

  it('lists problems of a graph', async () => {
    const path = changedSample('broken', (graph) => {
      const { nodes } = graph;
      Object.assign(nodes['split']?.params ?? {}, { testShare: 7 });
      Object.assign(nodes['scale']?.params ?? {}, { sparkle: true });
      nodes['odd'] = { kind: 'data.odd', version: 1, params: {} };
      nodes['lonely'] = { kind: 'data.filter', version: 1, params: {} };
      graph.edges.push({ from: 'impute.features', to: 'nowhere.input' }, { from: 'clean.table', to: 'clean.input' });
    });
    await withGraph(path, async (page) => {
      await runCommand(page, 'Probleme');
      const panel = page.getByRole('dialog', { name: 'Probleme' });
      for (const text of [
        'Der Knoten "odd" hat die unbekannte Art "data.odd".',
        'Es gibt keinen Knoten "nowhere".',
        'Der Graph hat einen Kreis: clean → clean.',
        'zu groß: weniger als 1 wird erwartet',
        'Am Knoten "lonely" ist nichts mit dem Eingang "input" verbunden.',
      ])
        await panel.getByText(text).first().waitFor();
      const said = await saidIn(page, '[role="dialog"] button');
      await screenshot(page, 'german-problems');
      expect(said.length).toBeGreaterThan(5);
      expect(said.filter((text) => (text.match(english) ?? []).length > 1)).toEqual([]);
    });
  });

  it('says why a step failed, and what stands between the graph and production', async () => {
    const path = changedSample('failing', ({ nodes }) => {
      // All rows of one class: the training fails, as no analysis could foresee.
      const params = nodes['clean']?.params ?? {};
      params['query'] = `${String(params['query'])} WHERE "Species" = 'Adelie'`;
    });
    await withGraph(path, async (page) => {
      const trust = page.getByRole('button', { name: 'Diesem Graphen vertrauen' });
      await trust.click();
      await trust.waitFor({ state: 'detached' });
      await runCommand(page, 'Ausführen');
      const says = 'Jede Zeile hat dasselbe „species“: es gibt nichts zu unterscheiden.';
      await page.locator('.react-flow__node[data-id="species"]').getByText(says).waitFor({ timeout: 90_000 });
      await page.locator('.react-flow__node[data-id="species"] .node-title').click();
      await page.locator('.why').getByText(says).waitFor();
      await page.locator('.dock-failure').getByText('Prüfe den Filter vor diesem Schritt').waitFor();
      await screenshot(page, 'german-failure');
      await runCommand(page, 'Bereitschaft für den Betrieb');
      await page.locator('.readiness-panel[aria-busy="false"]').waitFor();
      await page.getByText('Das betriebene Modell gibt die Werte des trainierten').waitFor();
      const said = await saidIn(page, '.readiness-item');
      await screenshot(page, 'german-readiness');
      expect(said.length).toBeGreaterThan(10);
      expect(said.filter((text) => (text.match(english) ?? []).length > 1)).toEqual([]);
    });
  });
});
