import type { Locator, Page } from 'playwright-core';
import { cardsAtRest, portAt } from './at-rest.ts';

/** What a person does on the canvas and in the inspector, by what they see. */
export interface EditorPage {
  readonly inspector: Locator;
  newGraph(): Promise<void>;
  addNode(title: string): Promise<void>;
  select(nodeId: string): Promise<void>;
  /** Drags from an output port to an input port, and waits for the edge. */
  connect(from: string, to: string): Promise<void>;
  /** Drags from an output port to an input port, where no edge may come to be. */
  drag(from: string, to: string): Promise<void>;
  node(nodeId: string): Locator;
  /** Waits until the node's accessible name matches. */
  waitForNode(nodeId: string, name: RegExp): Promise<void>;
  edgeCount(): Promise<number>;
  /** Arranges the cards and waits until they have arrived. */
  arrange(): Promise<void>;
  run(): Promise<void>;
}

const runTimeoutMs = 120_000;

export function editorPage(page: Page): EditorPage {
  const palette = page.getByRole('complementary', { name: 'Nodes' });
  const node = (nodeId: string): Locator => page.locator(`.react-flow__node[data-id="${nodeId}"]`);
  const port = (reference: string, side: 'source' | 'target'): Locator => {
    const [nodeId, name] = reference.split('.');
    return page.locator(`[data-nodeid="${nodeId}"][data-handleid="${name}"].${side}`);
  };

  async function centre(locator: Locator): Promise<{ x: number; y: number }> {
    const box = await locator.boundingBox();
    if (box === null) throw new Error('The port is not on the screen.');
    return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  }

  const editor: EditorPage = {
    inspector: page.getByRole('complementary', { name: 'Inspector' }),
    async newGraph() {
      await page.getByRole('button', { name: 'New graph' }).first().click();
      await page.getByText('A graph starts with data.').waitFor();
    },
    async addNode(title) {
      const before = await page.locator('.react-flow__node').count();
      await palette.getByRole('button', { name: title, exact: true }).dblclick();
      await page.waitForFunction((count) => document.querySelectorAll('.react-flow__node').length > count, before);
    },
    select: (nodeId) => node(nodeId).locator('.node-title').click(),
    async connect(from, to) {
      await editor.drag(from, to);
      await page.locator(`.react-flow__edge[data-id="${from}→${to}"]`).waitFor({ state: 'attached' });
    },
    async drag(from, to) {
      // What an edge before it changed on its card moves the ports.
      await cardsAtRest(page);
      const start = await centre(port(from, 'source'));
      const end = await centre(port(to, 'target'));
      await portAt(page, start);
      await page.mouse.move(start.x, start.y);
      await page.mouse.down();
      await page.mouse.move((start.x + end.x) / 2, (start.y + end.y) / 2, { steps: 4 });
      await page.mouse.move(end.x, end.y, { steps: 4 });
      await page.mouse.up();
    },
    node,
    async waitForNode(nodeId, name) {
      await page.waitForFunction(
        ([id, source]) =>
          new RegExp(source ?? '').test(
            document.querySelector(`.react-flow__node[data-id="${id}"]`)?.getAttribute('aria-label') ?? '',
          ),
        [nodeId, name.source] as const,
        { timeout: runTimeoutMs },
      );
    },
    async arrange() {
      const arriving = page.evaluate(
        () =>
          new Promise<void>((resolve) => {
            const canvas = document.querySelector('.canvas');
            if (!canvas) return;
            const observer = new MutationObserver(() => {
              if (!canvas.classList.contains('arranging')) return;
              observer.disconnect();
              resolve();
            });
            observer.observe(canvas, { attributes: true });
          }),
      );
      await page.getByRole('button', { name: 'Arrange' }).click();
      await arriving;
      await cardsAtRest(page);
    },
    edgeCount: () => page.locator('.react-flow__edge').count(),
    run: () => page.getByRole('banner').getByRole('button', { name: 'Run', exact: true }).click(),
  };
  return editor;
}
