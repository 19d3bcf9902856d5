/** Swipes in an open chat, for fingers: what they move follows them, and jumps where motion is to be reduced. */
import type { MessageId } from '@polynya/messenger/api';
import { rightward, rtl } from './rtl.ts';
import { goesBack, type Point, swipeOf } from './swiping.ts';
import './swipe.css';

/** Pixels: how far a bubble goes, and from where on letting go answers it. */
const FURTHEST = 72;
const ENOUGH = 48;
/** ms */
const HOME = 160;

export interface Swiped {
  leave(): void;
  mayReply(message: MessageId): boolean;
  reply(message: MessageId): void;
}

interface Touch {
  readonly from: Point;
  readonly at: number;
  readonly article: HTMLElement | null;
  readonly pane: HTMLElement;
  swipe: 'back' | 'reply' | null;
  moved: number;
}

/** @returns ends it */
export function watchSwipes({ leave, mayReply, reply }: Swiped): () => void {
  let touch: Touch | null = null;
  const calm = () => matchMedia('(prefers-reduced-motion: reduce)').matches;
  const follow = (what: HTMLElement, pixels: number) => {
    what.style.translate = pixels === 0 ? '' : `${pixels}px`;
  };
  const glide = (what: HTMLElement, to: number): Promise<unknown> => {
    const from = what.style.translate || '0px';
    follow(what, to);
    const frames = [{ translate: from }, { translate: `${to}px` }];
    return what.animate(frames, { duration: calm() ? 0 : HOME, easing: 'ease-out' }).finished;
  };
  const messageOf = (article: HTMLElement | null): MessageId => {
    const { message = '' } = article?.dataset ?? {};
    return message;
  };

  const begin = ({ touches, target }: TouchEvent) => {
    touch = null;
    const [first] = touches;
    const pane = target instanceof Element ? target.closest<HTMLElement>('.panes-chat') : null;
    if (!first || touches.length > 1 || !pane || document.querySelector('dialog[open]')) return;
    // A finger on a recording's position moves that.
    if (target instanceof HTMLInputElement) return;
    const from = { x: first.clientX, y: first.clientY };
    const article = (target as Element).closest<HTMLElement>('article.message');
    touch = { from, at: performance.now(), article, pane, swipe: null, moved: 0 };
  };
  const move = ({ touches: [first] }: TouchEvent) => {
    if (!touch || !first) return;
    const to = { x: first.clientX, y: first.clientY };
    if (!touch.swipe) {
      const list = matchMedia('(max-width: 720px)').matches;
      const message = mayReply(messageOf(touch.article));
      const means = swipeOf({ ...touch, to, width: innerWidth, rtl: rtl(), message, list });
      if (means === 'none') touch = null;
      if (!touch || means === null || means === 'none') return;
      touch.swipe = means;
      if (means === 'back') touch.pane.parentElement?.classList.add('swiping');
    }
    const dx = to.x - touch.from.x;
    if (touch.swipe === 'back') {
      touch.moved = Math.max(0, dx * rightward());
      follow(touch.pane, touch.moved * rightward());
    } else if (touch.article) {
      const before = touch.moved;
      touch.moved = Math.min(FURTHEST, Math.abs(dx));
      follow(touch.article, Math.sign(dx) * touch.moved);
      touch.article.classList.toggle('answering', touch.moved >= ENOUGH);
      if (before < ENOUGH && touch.moved >= ENOUGH) navigator.vibrate?.(10);
    }
  };
  const end = async (event: TouchEvent) => {
    const done = touch;
    touch = null;
    if (!done?.swipe) return;
    const { pane, article, moved } = done;
    const taken = event.type === 'touchend';
    if (done.swipe === 'reply') {
      if (!article) return;
      article.classList.remove('answering');
      void glide(article, 0);
      if (taken && moved >= ENOUGH) reply(messageOf(article));
      return;
    }
    const speed = moved / Math.max(1, performance.now() - done.at);
    const away = taken && goesBack(moved, speed, innerWidth);
    await glide(pane, away ? innerWidth * rightward() : 0);
    if (away) leave();
    pane.parentElement?.classList.remove('swiping');
    follow(pane, 0);
  };

  const passive = { passive: true } as const;
  const ended = (event: TouchEvent) => void end(event);
  document.addEventListener('touchstart', begin, passive);
  document.addEventListener('touchmove', move, passive);
  document.addEventListener('touchend', ended);
  document.addEventListener('touchcancel', ended);
  return () => {
    document.removeEventListener('touchstart', begin);
    document.removeEventListener('touchmove', move);
    document.removeEventListener('touchend', ended);
    document.removeEventListener('touchcancel', ended);
  };
}
