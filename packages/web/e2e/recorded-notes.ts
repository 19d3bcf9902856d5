/** Voice and video notes between two people in a chat that is open at both: a part of `chat.test.ts`. */
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import type { Person } from './person.ts';
import { giveSenses } from './senses.ts';

/** @param people Boris is Борис to Anna; `Good to see you.` was said by one of them */
export function recordedNotes(people: () => { anna: Person; boris: Person }): void {
  it('a voice note is recorded, sent, and played', async () => {
    const { anna, boris } = people();
    await giveSenses(anna.page);
    await anna.button(anna.words.recordVoice).click();
    const done = anna.button(anna.words.sendRecording);
    await done.waitFor();
    await anna.expectAccessible();
    await expect.poll(() => done.isEnabled()).toBe(true);
    await done.click();
    await boris.button(boris.words.playSound).waitFor();
    await boris.expectAccessible();
  });

  it('a voice note is held to record, and heard on from the one before it', async () => {
    const { anna, boris } = people();
    const hold = async () => {
      await anna.button(anna.words.recordVoice).hover();
      await anna.page.mouse.down();
      await anna.page
        .getByRole('timer')
        .getByText(/0:\d[1-9]/)
        .waitFor();
    };
    await hold();
    await anna.page.getByText(anna.words.slideUp).waitFor();
    await anna.page.mouse.up();
    const notes = boris.page.locator('.voice');
    await expect.poll(() => notes.count(), { timeout: 60_000 }).toBe(2);
    // How loud it was came along: the tone has no silence in it.
    const bars = await notes.last().locator('path').first().getAttribute('d');
    expect(bars?.match(/v2(?=M|$)/g)?.length ?? 0).toBeLessThan(24);
    const unheard = boris.page.getByRole('img', { name: boris.words.unheard });
    expect(await unheard.count()).toBe(2);
    await notes.first().getByRole('button', { name: boris.words.playSound }).click();
    await expect.poll(() => unheard.count(), { timeout: 60_000 }).toBe(0);
    await boris.page.reload();
    await expect.poll(() => notes.count(), { timeout: 60_000 }).toBe(2);
    expect(await unheard.count()).toBe(0);

    await hold();
    // As a hand that is quick: it is lifted before anything has come of sliding it away.
    await anna.page.evaluate(() => {
      const hand = { pointerId: 1, clientX: 0, clientY: innerHeight };
      for (const does of ['pointermove', 'pointerup'])
        document.dispatchEvent(new PointerEvent(does, hand));
    });
    await anna.page.locator('.voice-bar').waitFor({ state: 'detached' });
    await anna.page.mouse.up();
    expect(await anna.page.locator('.file').count()).toBe(2);
  });

  it('of a recording in which nothing came that is said, and nothing is sent or waits', async () => {
    const { anna } = people();
    await giveSenses(anna.page);
    const bar = anna.page.locator('.voice-bar');
    const said = anna.page.getByText(anna.words.nothingRecorded);
    await bringsNothing(anna.page);
    await anna.choose('Good to see you.', anna.words.reply);
    await anna.button(anna.words.recordVoice).click();
    const send = anna.button(anna.words.sendRecording);
    await expect.poll(() => send.isEnabled()).toBe(true);
    await send.click();
    await said.waitFor();
    await bar.waitFor({ state: 'detached' });
    // What was to be answered still is.
    await anna.button(anna.words.stopReply).click();

    await said.waitFor({ state: 'detached' });
    await bringsNothing(anna.page);
    await anna.button(anna.words.recordVoice).click();
    await expect.poll(() => send.isEnabled()).toBe(true);
    await anna.choose('Good to see you.', anna.words.select);
    await said.waitFor();
    await anna.button(anna.words.stopSelecting).click();
    await anna.button(anna.words.recordVoice).waitFor();
    expect(await bar.count()).toBe(0);
    expect(await anna.page.locator('.file').count()).toBe(2);
  });

  it('a note that is broken off is kept, to be sent or not', async () => {
    const { anna } = people();
    await giveSenses(anna.page);
    const waits = anna.page.getByText(anna.words.notSentYet);
    const speaks = () =>
      expect.poll(() => isKept(anna.page, 'recording'), { timeout: 60_000 }).toBe(true);
    await anna.button(anna.words.recordVoice).click();
    await speaks();
    await anna.choose('Good to see you.', anna.words.select);
    await anna.button(anna.words.stopSelecting).click();
    await waits.waitFor();
    await anna.expectAccessible();

    // One that cannot be sent is saved as a file: nobody may write here any more, or it does not play.
    await anna.choosePerson('Борис', anna.words.block);
    await anna.page.keyboard.press('Escape');
    await anna.page.getByText(anna.words.blockedNote).waitFor();
    await waits.waitFor();
    await anna.expectAccessible();
    await anna.shot('recording-blocked');
    expect(await anna.button(anna.words.sendRecording).count()).toBe(0);
    await anna.button(anna.words.unblock).click();
    const send = anna.button(anna.words.sendRecording);
    await anna.page.evaluate(() => {
      const { prototype } = OfflineAudioContext;
      const decode = prototype.decodeAudioData;
      prototype.decodeAudioData = () => {
        prototype.decodeAudioData = decode;
        return Promise.reject(new DOMException('', 'EncodingError'));
      };
    });
    await send.click();
    await anna.page.getByText(anna.words.problem.failed).waitFor();
    const downloading = anna.page.waitForEvent('download');
    await anna.button(anna.words.fileSave).click();
    expect((await downloading).suggestedFilename()).toBe(`${anna.words.voiceNote}.webm`);
    await anna.button(anna.words.dropRecording).click();
    await waits.waitFor({ state: 'detached' });
    expect(await anna.page.locator('.voice').count()).toBe(2);

    await anna.button(anna.words.attach).click();
    await anna.page.getByRole('menuitem', { name: anna.words.videoNote }).click();
    await anna.page.locator('.voice-bar canvas').waitFor();
    // The first piece may hold no picture yet, where a machine does much else.
    await expect.poll(() => pieces(anna.page), { timeout: 60_000 }).toBeGreaterThan(2);
    await anna.expectAccessible();
    // In the middle of it.
    await anna.page.reload();
    await anna.openChat('Борис');
    await waits.waitFor();
    await anna.button(anna.words.sendRecording).click();
    await anna.page.locator('.message .round').waitFor();
    await waits.waitFor({ state: 'detached' });
  });

  it('a video note is a circle that plays where it stands', async () => {
    const { boris } = people();
    const note = boris.page.locator('.message .round');
    const play = note.getByRole('button', { name: boris.words.videoOpen });
    await play.waitFor();
    await boris.expectAccessible();
    await play.press('Enter');
    const unheard = note.getByRole('img', { name: boris.words.unheard });
    await unheard.waitFor({ state: 'detached' });
    const shown = () =>
      note.locator('video').evaluate((one) => {
        const video = one as HTMLVideoElement;
        const pen = new OffscreenCanvas(1, 1).getContext('2d');
        pen?.drawImage(video, 0, 0, 1, 1);
        const dark = pen?.getImageData(0, 0, 1, 1).data.every((value, i) => i > 2 || value < 32);
        return video.currentTime > 0 && !dark ? video.videoWidth / video.videoHeight : 0;
      });
    // Something is seen, and it is square, whatever the camera is.
    await expect.poll(shown, { timeout: 60_000 }).toBe(1);
  });

  it('a video note of which no picture could be drawn is a circle all the same', async () => {
    const { anna, boris } = people();
    await giveSenses(anna.page);
    await anna.page.evaluate(() => {
      const draw = globalThis.createImageBitmap;
      globalThis.createImageBitmap = () => {
        globalThis.createImageBitmap = draw;
        return Promise.reject(new DOMException('', 'InvalidStateError'));
      };
    });
    await anna.button(anna.words.attach).click();
    await anna.page.getByRole('menuitem', { name: anna.words.videoNote }).click();
    await expect.poll(() => pieces(anna.page), { timeout: 60_000 }).toBeGreaterThan(2);
    await anna.button(anna.words.sendRecording).click();
    const note = boris.page.locator('.message').filter({ has: boris.page.locator('.round') });
    await expect.poll(() => note.count(), { timeout: 60_000 }).toBe(2);
    expect(await note.last().locator('img').count()).toBe(0);
    await boris.shot('video-note-without-picture');
    const play = note.last().getByRole('button', { name: boris.words.videoOpen });
    await play.click();
    await expect
      .poll(
        () =>
          note
            .last()
            .locator('video')
            .evaluate((one) => (one as HTMLVideoElement).currentTime),
        {
          timeout: 60_000,
        },
      )
      .toBeGreaterThan(0);
    // Whatever it claims to be, it can be had as the file that it is.
    await note.last().click({ button: 'right', position: { x: 8, y: 8 } });
    const downloading = boris.page.waitForEvent('download');
    await boris.page.getByRole('menuitem', { name: boris.words.fileSave, exact: true }).click();
    expect((await downloading).suggestedFilename()).toMatch(/\.(webm|mp4)$/);
  });
}

/** The next recording is over before anything of it came. */
async function bringsNothing(page: Page): Promise<void> {
  await page.evaluate(() => {
    const { prototype } = MediaRecorder;
    const own = Object.getOwnPropertyDescriptor(prototype, 'ondataavailable');
    Object.defineProperty(prototype, 'ondataavailable', {
      configurable: true,
      set(this: MediaRecorder, take: (event: { data: Blob }) => void) {
        this.addEventListener('dataavailable', () => take({ data: new Blob() }));
        if (own) Object.defineProperty(prototype, 'ondataavailable', own);
      },
    });
  });
}

/** How many pieces of what is being recorded are in the store by now. */
async function pieces(page: Page): Promise<number> {
  return (await keysOf(page, 'piece')).filter((key) => key.includes('/recording/')).length;
}

/** Something of what is being recorded or written in a chat is in the store by now. */
export async function isKept(page: Page, what: 'recording' | 'draft'): Promise<boolean> {
  return (await keysOf(page, 'setting')).some((key) => key.startsWith(`${what}/`));
}

/** Of a table of the page's store. */
function keysOf(page: Page, table: string): Promise<string[]> {
  return page.evaluate(async (table) => {
    const opening = indexedDB.open('polynya');
    const database = await new Promise<IDBDatabase>((done) => {
      opening.onsuccess = () => done(opening.result);
    });
    const listing = database.transaction(table).objectStore(table).getAllKeys();
    const keys = await new Promise<IDBValidKey[]>((done) => {
      listing.onsuccess = () => done(listing.result);
    });
    database.close();
    return keys.map(String);
  }, table);
}
