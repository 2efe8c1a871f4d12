import type { Page } from 'playwright-core';
import { holdsFocus } from './at-rest.ts';

/** Runs a command of the palette by its title, by keyboard alone. */
export async function runCommand(page: Page, title: string): Promise<void> {
  await page.keyboard.press('Control+k');
  const field = page.getByRole('dialog', { name: /^(Commands|Befehle)$/ }).getByRole('combobox');
  await holdsFocus(page, field);
  await page.keyboard.type(title);
  await page.keyboard.press('Enter');
  await field.waitFor({ state: 'detached' });
}
