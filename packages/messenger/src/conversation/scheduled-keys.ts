/** Where what is to be said later lies in the Store: known to the device's start and to views, which load no more. */
import type { ChatId } from '../api.ts';

export const SCHEDULED = { from: 'later/', to: 'later0' } as const;

export function scheduledIn(chat: ChatId): { readonly from: string; readonly to: string } {
  return { from: `later/${chat}/`, to: `later/${chat}0` };
}
