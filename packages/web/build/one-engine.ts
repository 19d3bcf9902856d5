/**
 * Keeps in one file what the engine's worker cannot do without: what is loaded later needs parts of it, and for each
 * such file the bundler would tear those out into files of their own.
 */
import type { ChunkingContext } from 'rolldown';

const ENTRY = /\/engine\/worker\.ts$/;

/** The name of the file that a module goes to; null: where the bundler puts it. */
export function inEngine(id: string, context: ChunkingContext): string | null {
  const importers = new Set([id]);
  for (const module of importers) {
    if (ENTRY.test(module)) return 'engine';
    for (const importer of context.getModuleInfo(module)?.importers ?? []) importers.add(importer);
  }
  return null;
}
