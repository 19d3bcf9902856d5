/** What is to be known of somebody's safety number before it is trusted. */
import type { PersonView } from '@polynya/messenger/api';
import type { ExtraWords } from '../words/en-extras.ts';

/** '' where there is nothing. */
export function doubtOf(t: () => ExtraWords, { forked, compared }: PersonView): string {
  if (forked) return t().personForked;
  return compared === 'new-device' || compared === 'namesake' ? t().doubts[compared] : '';
}
