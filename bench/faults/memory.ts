/** What a process of this machine has in memory. */
import { existsSync, readFileSync } from 'node:fs';

/** Resident, in bytes; 0 where the system has no such file. */
export function memoryOf(pid: number): number {
  const path = `/proc/${pid}/status`;
  const status = existsSync(path) ? readFileSync(path, 'utf8') : '';
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1_024;
}
