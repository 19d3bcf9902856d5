/** Whether there is a way to the server, and which. */
import type { AppStatus } from '@polynya/messenger/api';

export function lineWords({ line, way }: Pick<AppStatus, 'line' | 'way'>): string {
  return `Line: ${line}${way ? `, by ${way}` : ''}.`;
}
