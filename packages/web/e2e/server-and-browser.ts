/** A real server and a real browser for the tests of one file: awaited at its beginning, gone with its last test. */
import type { Browser } from 'playwright-core';
import { afterAll } from 'vitest';
import { launch } from '../../../scripts/chromium.ts';
import { ServerProcess } from './server-process.ts';

export async function serverAndBrowser(): Promise<{ server: ServerProcess; browser: Browser }> {
  const server = await ServerProcess.start();
  try {
    const browser = await launch();
    afterAll(async () => {
      await browser.close();
      await server.stop();
    });
    return { server, browser };
  } catch (error) {
    await server.stop();
    throw error;
  }
}
