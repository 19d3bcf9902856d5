/** The app lock: what this browser keeps opens by a passphrase or a passkey alone. */
import { describe, expect, it } from 'vitest';
import { Person, PHONE } from './person.ts';
import { serverAndBrowser } from './server-and-browser.ts';

const { server, browser } = await serverAndBrowser();

/** What a system does when somebody shares into an installed app: a form of the manifest's fields, posted from nowhere. */
async function share({ page }: Person, text: string): Promise<void> {
  await page.goto('about:blank');
  await page.evaluate(
    ([action, said]) => {
      const form = document.createElement('form');
      Object.assign(form, { action, method: 'post', enctype: 'multipart/form-data' });
      const field = document.createElement('input');
      Object.assign(field, { name: 'text', value: said });
      const files = document.createElement('input');
      Object.assign(files, { name: 'files', type: 'file' });
      const held = new DataTransfer();
      held.items.add(new File(['ice'], 'shared.txt', { type: 'text/plain' }));
      files.files = held.files;
      form.append(field, files);
      document.body.append(form);
      form.submit();
    },
    [`${server.page}share`, text] as const,
  );
}

/** What notifications say once the browser itself hands a service worker of the page a push message. */
async function said({ context, page }: Person, path = ''): Promise<string[]> {
  const devtools = await context.newCDPSession(page);
  const known = new Promise<string>((resolve) =>
    devtools.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      const its = registrations.find(({ scopeURL }) => scopeURL === server.page + path);
      if (its) resolve(its.registrationId);
    }),
  );
  await devtools.send('ServiceWorker.enable');
  const registrationId = await known;
  const origin = server.page.slice(0, -1);
  await devtools.send('ServiceWorker.deliverPushMessage', { origin, registrationId, data: '' });
  const shown = () =>
    page.evaluate(async (scope) => {
      const worker = await navigator.serviceWorker.getRegistration(scope);
      return ((await worker?.getNotifications()) ?? []).map(({ body }) => body);
    }, server.page + path);
  await expect.poll(shown, { timeout: 60_000 }).not.toEqual([]);
  await devtools.detach();
  return shown();
}

describe('the app lock', () => {
  it('by a passphrase keeps everything shut until it is typed', async () => {
    const anna = await Person.at(browser, { ...PHONE, locale: 'ru-RU', colorScheme: 'dark' });
    const { words, page } = anna;
    await anna.arrive(server.link, 'Анна');
    await anna.inviteToChat();
    await anna.say('только для меня');
    await anna.button(words.back).click();
    await anna.button(words.settings).click();
    await page.getByLabel(words.lockPassphrase).fill('четыре слова и ещё');
    await page.getByLabel(words.lockAgain, { exact: true }).fill('четыре слова и ещё');
    await anna.shot('lock-settings-phone');
    await anna.button(words.lockByPassphrase).click();
    await page.getByText(words.lockedByPassphrase).waitFor();
    // What was there in clear is gone.
    const kept = await page.evaluate(
      () =>
        new Promise((resolve) => {
          const opening = indexedDB.open('polynya-key');
          opening.onsuccess = () => {
            const asked = opening.result.transaction('key').objectStore('key').getAllKeys();
            asked.onsuccess = () => resolve(asked.result);
            opening.result.close();
          };
        }),
    );
    expect(kept).toEqual(['lock']);

    await anna.context.grantPermissions(['notifications'], { origin: server.page });
    await page.getByLabel(words.notify, { exact: true }).selectOption('open');
    await page.getByLabel(words.lockAfter).selectOption('5');
    await anna.shot('notify-settings-phone');
    // Open as well, and waiting for its turn.
    const second = await anna.tab(server.page);
    await second.getByLabel(words.passphrase, { exact: true }).fill('четыре слова и ещё');
    await second.getByRole('button', { name: words.unlock, exact: true }).click();
    await second.getByRole('heading', { name: words.elsewhereTitle }).waitFor();

    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    // Asleep for six minutes: the clock of the day goes on, and nothing else.
    await page.evaluate(() => {
      const { now } = Date;
      Date.now = () => now() + 360_000;
      dispatchEvent(new Event('focus'));
    });
    await page.getByRole('heading', { name: words.lockedTitle }).waitFor();
    await second.getByRole('heading', { name: words.lockedTitle }).waitFor();
    await second.close();
    await anna.shot('locked-phone');
    await anna.expectAccessible();
    // Nobody writes behind the lock: that something came is said although the page is in sight.
    expect(await said(anna)).toEqual(['Новое сообщение']);
    expect(asked.filter((url) => url.includes('worker'))).toEqual([]);
    await page.getByLabel(words.passphrase, { exact: true }).fill('не то');
    await anna.button(words.unlock).click();
    await page.getByText(words.passphraseWrong).waitFor();
    // What another app shares meanwhile waits for the passphrase, too.
    await share(anna, 'с другого приложения');
    await page.getByLabel(words.passphrase, { exact: true }).fill('четыре слова и ещё');
    await anna.button(words.unlock).click();
    await page.getByRole('navigation').getByText('только для меня').waitFor();
    const picker = page.getByRole('dialog', { name: words.shareTo });
    await picker.getByRole('option').waitFor();
    await anna.shot('share-phone');
    await picker.getByRole('option').click();
    await page.getByRole('dialog').getByText('shared.txt').waitFor();
    await anna.shot('shared-phone');
    await page.keyboard.press('Escape');
    await expect.poll(() => anna.composer.inputValue()).toBe('с другого приложения');
    expect(await anna.bubbles.count()).toBe(1);
    await anna.composer.fill('');
    await anna.button(words.back).click();
    await anna.button(words.settings).click();
    await anna.button(words.lockOff).click();
    await anna.button(words.lockByPassphrase).waitFor();
    // Nothing to be shut by itself any more.
    expect(await page.evaluate(() => localStorage.getItem('polynya-auto-lock'))).toBe('0');
    await page.reload();
    await page.getByRole('navigation').getByText('только для меня').waitFor();
    // What another server sends comes to a registration of its own, which brings nothing else.
    const beside = `push/${'0a'.repeat(32)}/`;
    await page.goto(`${server.page}icon.svg`);
    await page.evaluate(async (scope) => {
      const { installing } = await navigator.serviceWorker.register('./sw.js', { scope });
      await new Promise((resolve) => installing?.addEventListener('statechange', resolve));
    }, beside);
    await page.evaluate(() =>
      navigator.serviceWorker.getRegistration().then(async (own) => {
        for (const shown of (await own?.getNotifications()) ?? []) shown.close();
      }),
    );
    expect(await said(anna, beside)).toEqual(['Новое сообщение']);
    expect(await said(anna)).toEqual(['Новое сообщение']);
    expect(anna.complaints).toEqual([]);
    await anna.leave();
  });

  it('by a passkey opens once the passkey is there', async () => {
    const boris = await Person.at(browser, { viewport: { width: 1280, height: 800 } });
    const { words, page } = boris;
    const devtools = await boris.context.newCDPSession(page);
    await devtools.send('WebAuthn.enable');
    await devtools.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        ctap2Version: 'ctap2_1',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        hasPrf: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
    // A passkey belongs to a name, not to a bare address.
    await boris.arrive(server.link.replace('//127.0.0.1', '//localhost'), 'Boris');
    await boris.button(words.settings).click();
    await boris.button(words.lockByPasskey).click();
    await page.getByText(words.lockedByPasskey).waitFor();
    await boris.shot('lock-passkey-desk');
    await boris.button(words.lockNow).click();
    await boris.shot('locked-desk');
    await boris.button(words.unlock).click();
    await boris.button(words.newChat).waitFor();
    expect(boris.complaints).toEqual([]);
    await boris.leave();
  });
});
