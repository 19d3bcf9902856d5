import type { Messenger } from '@polynya/messenger/api';
export function openMessenger(): Promise<Messenger> {
  return Promise.reject(new Error('none'));
}
