/** The walk through every screen: each is opened as a person opens it, looked at, and left again. */
import type { Locator, Page } from 'playwright-core';
import type { House } from './house.ts';
import type { Judge } from './judge.ts';

export class Story {
  readonly house: House;
  readonly judge: Judge;

  constructor(house: House, judge: Judge) {
    this.house = house;
    this.judge = judge;
  }

  get page(): Page {
    return this.house.me.page;
  }

  /** Opens a screen, looks at it and goes back to where it was opened. What fails is noted, and the walk goes on. */
  async scene(name: string, open: () => Promise<void>, height?: number): Promise<void> {
    if (!this.judge.wants(name)) return;
    await this.begin();
    try {
      await open();
      await this.see(name, height);
    } catch (error) {
      this.judge.findings.push(`${name}: it did not open: ${String(error).split('\n')[0]}`);
    }
    await this.end();
  }

  see(name: string, height?: number): Promise<void> {
    return this.judge.see(this.house.me, this.page, name, height);
  }

  /** At the size in which things are opened, so that menus stand inside the smallest. */
  async begin(): Promise<void> {
    await this.page.setViewportSize(this.judge.smallest);
  }

  /** Shuts whatever lies over the chats. */
  async end(): Promise<void> {
    await this.begin();
    for (let tries = 0; tries < 6; tries++) {
      const over = await this.page.evaluate(
        () => document.querySelector('dialog[open], .menu:popover-open, .voice-bar') !== null,
      );
      if (!over) return;
      await this.page.keyboard.press('Escape');
    }
  }

  async press(name: string): Promise<void> {
    await this.house.me.button(name).first().click();
  }

  async choose(name: string): Promise<void> {
    await this.page.getByRole('menuitem', { name, exact: true }).click();
  }

  /** Opens a chat from the list, to which one goes back on a phone. */
  async openChat(title: string): Promise<void> {
    const back = this.house.me.button(this.house.me.words.back);
    if (await back.isVisible()) await back.click();
    await this.row(title).click();
    await this.page.locator('.chat-head').waitFor();
  }

  /** In the list of chats. */
  row(title: string): Locator {
    const named = this.page.locator('.chat-row-title').filter({ hasText: title });
    return this.page.locator('.chat-row').filter({ has: named }).first();
  }

  async openList(): Promise<void> {
    const back = this.house.me.button(this.house.me.words.back);
    if (await back.isVisible()) await back.click();
  }

  async openPanel(): Promise<void> {
    await this.page.locator('.chat-head-button').click();
    await this.page.getByRole('dialog').first().waitFor();
  }
}
