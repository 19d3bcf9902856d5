/**
 * The page in a real Chromium whose processor is slowed down four times: ten thousand chats, and one of a hundred
 * thousand messages; then the page's way through a slow line, and its memory while a chat is busy.
 */
import type { Page } from 'playwright-core';
import { firstLoads } from './first-load.ts';
import {
  opening,
  openingChat,
  openLong,
  openWhole,
  scrolling,
  search,
  typing,
} from './measures.ts';
import { memory } from './memory.ts';
import { openFilled } from './pages.ts';
import { reactions } from './reactions.ts';
import type { Timing } from './samples.ts';

export const CHATS = 10_000;
/** s */
const BUSY = { short: 120, hour: 3_600 };

/** Of the filled browser, in this order; each begins where the one before it left the page. */
const MEASURES = {
  opening: (page: Page, { url, chats }: Opened) => opening(page, url, chats),
  list: (page: Page) => scrolling(page, 'list of chats scrolled', '.list-rows', 600),
  chat: async (page: Page) => [await openingChat(page)],
  messages: (page: Page) => scrolling(page, 'messages scrolled', '.timeline-scroll', -600),
  typing: async (page: Page) => [await typing(page)],
  reactions,
  search,
} as const;

/** What can be measured by itself. */
export const PARTS = [...Object.keys(MEASURES), 'memory', 'load'];

interface Opened {
  readonly url: string;
  readonly chats: number;
}

/**
 * @param chats how many there are
 * @param hour whether memory is watched for all of it
 * @param parts of `PARTS`; all where there are none
 */
export async function web(
  chats: number,
  hour: boolean,
  parts: readonly string[] = [],
): Promise<Timing[]> {
  const wanted = (part: string) => parts.length === 0 || parts.includes(part);
  const timings: Timing[] = [];
  if (Object.keys(MEASURES).some(wanted)) timings.push(...(await filled(chats, wanted)));
  if (wanted('memory')) timings.push(...(await memory(hour ? BUSY.hour : BUSY.short)));
  if (wanted('load')) timings.push(...(await firstLoads()));
  return timings;
}

async function filled(chats: number, wanted: (part: string) => boolean): Promise<Timing[]> {
  const timings: Timing[] = [];
  const { context, url, close } = await openFilled(chats);
  try {
    const [page = await context.newPage()] = context.pages();
    for (const [part, measure] of Object.entries(MEASURES)) {
      if (wanted(part)) timings.push(...(await measure(page, { url, chats })));
      // What the parts after it need of it.
      else if (part === 'opening') await openWhole(page, url);
      else if (part === 'chat') await openLong(page);
    }
  } finally {
    await close();
  }
  return timings;
}
