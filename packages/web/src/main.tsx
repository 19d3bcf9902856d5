/** Starts the page: takes the invite from the address, wakes the engine, shows the first screen. */
import { render } from 'solid-js/web';
import { startEngine } from './engine/engine.ts';
import { Root } from './root.tsx';
import { askWorker } from './shell/ask.ts';
import { SHARE } from './shell/shared.ts';
import { invitesFromAddress } from './state/fragment.ts';
import './ui/base.css';
import './ui/tokens.css';
import { createLanguage } from './words/use-words.ts';

/** Null where the browser refuses: reading the property alone throws then. */
function storageOf(read: () => Storage): Storage | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof DOMException) return null;
    throw error;
  }
}

async function start(root: Element): Promise<void> {
  const invite = invitesFromAddress(location, history, window);
  // The page is called by the name of its first script (build/name-build.ts), which is this module.
  const build = import.meta.env.PROD ? (import.meta.url.split('/').at(-1) ?? '') : '';
  const lends = /#lend(\.|$)/.test(invite() ?? '');
  const engine = lends ? undefined : startEngine();
  const language = await createLanguage(
    navigator.languages,
    storageOf(() => localStorage),
  );
  if (!engine) {
    const { openLendPage } = await import('./lend/lend-page.tsx');
    return openLendPage(root, language, invite());
  }
  render(
    () => (
      <Root
        engine={engine}
        invite={invite}
        language={language}
        shared={location.search === `?${SHARE}` ? askWorker({ ask: 'shared' }) : undefined}
        update={{
          own: build,
          memory: storageOf(() => sessionStorage),
          take: () => askWorker({ ask: 'update' }),
          reload: () => location.reload(),
        }}
      />
    ),
    root,
  );
  // Asked for, not insisted on: some browsers never grant it, and the page works all the same.
  void navigator.storage?.persist?.();
  if (build !== '') {
    const workers = navigator.serviceWorker;
    // Without it the page still works, only not without its server.
    workers?.register('./sw.js', { updateViaCache: 'all' }).catch(() => undefined);
    void workers?.ready.then(({ active }) => askWorker({ ask: 'rest' }, active));
  }
}

const root = document.querySelector('#app');
// An insecure page is told so by what starts it, and has none of what the engine needs.
if (root && isSecureContext) void start(root);
