/** A menu at a point of the screen (WAI-ARIA menu pattern, on the Popover API). */
import { createSignal, type JSX, onCleanup, onMount, Show } from 'solid-js';
import { rightward } from '../hand/rtl.ts';
import { Icon, type IconName } from './icon.tsx';
import './menu.css';
import { putOnTop } from './on-top.ts';

export interface MenuProps {
  label: string;
  /** CSS pixels from the viewport's top left; the menu moves to stay inside. */
  at: { readonly x: number; readonly y: number };
  onClose(): void;
  children: JSX.Element;
}

const EDGE = 8;

/** Open as long as it is rendered. */
export function Menu(props: MenuProps): JSX.Element {
  let menu!: HTMLDivElement;
  let opener: HTMLElement | null = null;

  const items = () => [...menu.querySelectorAll<HTMLElement>('button')];

  onMount(() => {
    opener = putOnTop(menu, () => {
      menu.showPopover();
      items()[0]?.focus();
    });
    const place = () => {
      const { width, height } = menu.getBoundingClientRect();
      menu.style.left = `${Math.max(EDGE, Math.min(props.at.x, innerWidth - width - EDGE))}px`;
      menu.style.top = `${Math.max(EDGE, Math.min(props.at.y, innerHeight - height - EDGE))}px`;
    };
    place();
    // A phone that is turned, too.
    addEventListener('resize', place);
    onCleanup(() => {
      removeEventListener('resize', place);
      menu.remove();
    });
  });

  const move = (event: KeyboardEvent) => {
    const on = rightward();
    const step = { ArrowDown: 1, ArrowUp: -1, ArrowRight: on, ArrowLeft: -on }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const all = items();
    const from = all.findIndex((item) => item.matches(':focus'));
    all[(from + step + all.length) % all.length]?.focus();
  };

  return (
    <div
      ref={menu}
      popover="auto"
      role="menu"
      tabIndex={-1}
      class="menu"
      aria-label={props.label}
      onKeyDown={move}
      on:toggle={(event: ToggleEvent) => {
        if (event.newState !== 'closed') return;
        // Not where what was chosen has taken the focus on, as a reply does to the text.
        if (document.activeElement === document.body) opener?.focus();
        props.onClose();
      }}
    >
      {props.children}
    </div>
  );
}

export interface MenuThenProps extends Omit<MenuProps, 'children'> {
  /** @param open what comes in the menu's place, a dialog */
  children(open: (next: () => JSX.Element) => void): JSX.Element;
}

/** A menu some of whose items open a dialog. `onClose`: neither is there any more. */
export function MenuThen(props: MenuThenProps): JSX.Element {
  const [next, setNext] = createSignal<() => JSX.Element>();
  return (
    <>
      <Menu
        label={props.label}
        at={props.at}
        // A menu closes before what was chosen in it opens.
        onClose={() => queueMicrotask(() => !next() && props.onClose())}
      >
        {props.children((dialog) => setNext(() => dialog))}
      </Menu>
      <Show when={next()} keyed>
        {(dialog) => dialog()}
      </Show>
    </>
  );
}

export interface MenuItemProps {
  icon: IconName;
  look?: 'danger';
  onChoose(): void;
  children: JSX.Element;
}

/** Closes its menu before it does what it says. */
export function MenuItem(props: MenuItemProps): JSX.Element {
  return (
    <button
      type="button"
      role="menuitem"
      class={`menu-item ${props.look ?? ''}`}
      onClick={(event) => {
        event.currentTarget.closest<HTMLElement>('[popover]')?.hidePopover();
        props.onChoose();
      }}
    >
      <Icon name={props.icon} />
      {props.children}
    </button>
  );
}
