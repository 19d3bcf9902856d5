/**
 * Work that most sessions never need, in one file that is loaded when the first of it is needed: as files of their own
 * these would tear apart what they share with the rest, and the first load would grow.
 */
export { Chats } from './chats.ts';
export { Scheduled } from './conversation/scheduled.ts';
export { Fleet } from './devices/fleet.ts';
export { Files } from './files/files.ts';
export { receiveLetter } from './inbox/receive-letter.ts';
export { depart } from './requests.ts';
export { SearchIndex } from './search/search-index.ts';
