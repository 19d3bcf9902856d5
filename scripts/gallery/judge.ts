/** Looks at a screen in every size and theme: keeps a picture of each, and notes what a machine can find fault with. */
import { join } from 'node:path';
import type { Page, ViewportSize } from 'playwright-core';
import type { Person } from '../../packages/web/e2e/person.ts';

export interface Looks {
  readonly sizes: readonly ViewportSize[];
  /** What fingers hit is at least 44 pixels wide and high (WCAG 2.2, 2.5.5). */
  readonly fingers: boolean;
  /** Also mirrored, as for a language that is written from right to left. */
  readonly mirrored: boolean;
}

const THEMES = ['light', 'dark'] as const;
/** 1280 by 800 at 200 %. */
const ZOOMED: ViewportSize = { width: 640, height: 400 };

export class Judge {
  readonly findings: string[] = [];
  readonly #folder: string;
  readonly #looks: Looks;
  readonly #only: RegExp;

  constructor(folder: string, looks: Looks, only: RegExp) {
    this.#folder = folder;
    this.#looks = looks;
    this.#only = only;
  }

  get smallest(): ViewportSize {
    const [first] = this.#looks.sizes;
    if (!first) throw new Error('no size to look at');
    return first;
  }

  wants(name: string): boolean {
    return this.#only.test(name);
  }

  /** @param height to see at once what one would scroll to */
  async see(person: Person, page: Page, name: string, height?: number): Promise<void> {
    if (!this.wants(name)) return;
    const { sizes, mirrored } = this.#looks;
    const locale = await page.evaluate(() => document.documentElement.lang);
    const keep = async (width: number, what: string) => {
      const path = join(this.#folder, `${name}.${width}.${locale}.${what}.png`);
      await page.screenshot({ path, animations: 'disabled' });
      await this.#measure(page, `${name}, ${width} wide, ${locale}, ${what}`);
    };
    for (const colorScheme of THEMES) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      for (const [at, size] of sizes.entries()) {
        await page.setViewportSize({ ...size, ...(height && { height }) });
        await keep(size.width, colorScheme);
        if (at === 0) await this.#axe(person, page, `${name}, ${locale}, ${colorScheme}`);
      }
    }
    if (sizes.length > 1) {
      await page.setViewportSize(ZOOMED);
      await keep(ZOOMED.width, 'zoomed');
    }
    const first = this.smallest;
    await page.setViewportSize(first);
    if (!mirrored) return;
    await page.evaluate(() => document.documentElement.setAttribute('dir', 'rtl'));
    await keep(first.width, 'mirrored');
    await page.evaluate(() => document.documentElement.removeAttribute('dir'));
  }

  async #axe(person: Person, page: Page, where: string): Promise<void> {
    for (const found of await person.violations(page)) this.findings.push(`${where}: ${found}`);
  }

  async #measure(page: Page, where: string): Promise<void> {
    const found = await page.evaluate(measured, this.#looks.fingers ? 44 : 0);
    for (const one of new Set(found)) this.findings.push(`${where}: ${one}`);
  }
}

/** In the page: what sticks out, is cut off without a sign, or is too small for a finger. */
function measured(least: number): string[] {
  const found: string[] = [];
  const targets = 'button, summary, select, input, textarea, [role=option], a:not(p a, span a)';
  const about = (element: Element) => {
    const words = (element.getAttribute('aria-label') ?? element.textContent ?? '').trim();
    return `${element.tagName.toLowerCase()}.${element.className} “${words.slice(0, 40)}”`;
  };
  const seen = (element: Element) => {
    const { left, top, width, height } = element.getBoundingClientRect();
    const hit = document.elementFromPoint(left + width / 2, top + height / 2);
    return hit !== null && (element.contains(hit) || hit.contains(element));
  };
  for (const element of document.querySelectorAll<HTMLElement>('html, body *')) {
    if (element.closest('.visually-hidden, svg, textarea, input')) continue;
    if (!element.checkVisibility() || element.clientWidth === 0) continue;
    const { overflowX, textOverflow } = getComputedStyle(element);
    const wide = element.scrollWidth > element.clientWidth + 1;
    if (wide && overflowX === 'hidden' && textOverflow !== 'ellipsis' && seen(element)) {
      found.push(`cut off: ${about(element)}`);
    }
    if (wide && element.matches('html, dialog, .list-rows')) {
      found.push(`goes sideways: ${about(element)}`);
    }
  }
  if (least === 0) return found;
  for (const element of document.querySelectorAll(targets)) {
    const target = element.closest('label') ?? element;
    const { width, height } = target.getBoundingClientRect();
    if (!element.checkVisibility() || Math.min(width, height) > least - 0.5) continue;
    if (!seen(target)) continue;
    found.push(
      `small for a finger: ${about(element)}, ${Math.round(width)} by ${Math.round(height)}`,
    );
  }
  return found;
}
