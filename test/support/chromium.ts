import { existsSync } from 'node:fs';
import { chromium, type Browser, type Page } from 'playwright-core';

/** Where Chromium is on this machine; undefined where it is not. */
export const chromiumPath = [
  process.env['CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((path) => path !== undefined && existsSync(path));

/** Where it may not have a sandbox of its own, as root or in a container. */
const args = ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'];

export function startChromium(): Promise<Browser> {
  if (!chromiumPath) throw new Error('there is no Chromium on this machine; name one in CHROMIUM');
  return chromium.launch({ executablePath: chromiumPath, args });
}

/** A page with cookies and storage of its own, as another person's browser; `errors` are those of its scripts and console. */
export async function newPage(browser: Browser): Promise<{ page: Page; errors: string[] }> {
  const page = await browser.newPage();
  const errors: string[] = [];
  page.on('pageerror', ({ message }) => errors.push(message));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  return { page, errors };
}
