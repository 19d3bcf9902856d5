/**
 * The page in a real Chromium whose processor is slowed down four times: ten thousand chats, and one of a hundred
 * thousand messages; then the page's way through a slow line, and its memory while a chat is busy.
 */
import { firstLoads } from './first-load.ts';
import { opening, openingChat, reactions, scrolling, search, typing } from './measures.ts';
import { memory } from './memory.ts';
import { openFilled } from './pages.ts';
import type { Timing } from './samples.ts';

export const CHATS = 10_000;
/** s */
const BUSY = { short: 120, hour: 3_600 };

/** @param chats how many there are @param hour whether memory is watched for all of it */
export async function web(chats: number, hour: boolean): Promise<Timing[]> {
  const timings: Timing[] = [];
  const { context, site, url } = await openFilled(chats);
  try {
    const [page = await context.newPage()] = context.pages();
    timings.push(...(await opening(page, url, chats)));
    timings.push(...(await scrolling(page, 'list of chats scrolled', '.list-rows', 600)));
    timings.push(await openingChat(page));
    timings.push(...(await scrolling(page, 'messages scrolled', '.timeline-scroll', -600)));
    timings.push(await typing(page));
    timings.push(...(await reactions(page)));
    timings.push(...(await search(page)));
  } finally {
    await context.close();
    site.close();
  }
  timings.push(...(await memory(hour ? BUSY.hour : BUSY.short)));
  timings.push(...(await firstLoads()));
  return timings;
}
