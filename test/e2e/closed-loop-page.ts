import type { Locator, Page } from 'playwright-core';

/** Opens the closed loop from Home and its tour on the Monitors screen. */
export async function openClosedLoopTour(page: Page): Promise<Locator> {
  await page.evaluate(() => {
    location.hash = '#/home';
  });
  await page
    .getByRole('button', { name: /Closed loop/ })
    .first()
    .click();
  await page.locator('.react-flow__node').first().waitFor();
  await page.evaluate(() => {
    location.hash = '#/monitors';
  });
  const tour = page.getByRole('complementary', { name: /tour/i });
  await tour.waitFor();
  return tour;
}
