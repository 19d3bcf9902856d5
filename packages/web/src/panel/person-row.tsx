/** One person of a chat, with what may be done about them. */
import type { ChatId, PersonView } from '@polynya/messenger/api';
import { createSignal, type JSX, Show } from 'solid-js';
import { SafetyNumber } from '../adding-later.tsx';
import { useApp } from '../state/app.ts';
import { Avatar } from '../ui/avatar.tsx';
import { IconButton } from '../ui/button.tsx';
import { Confirm } from '../ui/confirm.tsx';
import { Menu, MenuItem } from '../ui/menu.tsx';
import { calledHere, Tag } from '../ui/tag.tsx';
import { useExtraWords } from '../words/use-words.ts';
import { doubtOf } from './doubt-of.ts';

export interface PersonRowProps {
  chat: ChatId;
  person: PersonView;
  /** By whose link they came. */
  cameBy: string | null;
  /** We are an admin of a living group. */
  mayGovern: boolean;
}

export function PersonRow(props: PersonRowProps): JSX.Element {
  const { t } = useExtraWords();
  const { messenger, attempt } = useApp();
  const [menu, setMenu] = createSignal<{ x: number; y: number }>();
  const [open, setOpen] = createSignal<'safety' | 'remove'>();
  const notes = () =>
    [
      props.person.admin ? t().admin : '',
      props.cameBy ? t().cameBy(props.cameBy) : '',
      props.person.devices > 1 ? t().devicesOf(props.person.devices) : '',
      props.person.compared === 'same' && !props.person.forked
        ? `✓ ${t().verified}`
        : doubtOf(t, props.person),
      props.person.blocked ? t().blocked : '',
    ].filter((note) => note !== '');

  return (
    <li class="person-row">
      <Avatar small id={props.person.person} name={props.person.name} />
      <span class="person-name">
        {props.person.name || t().unnamed} <Tag of={props.person.tag} />
        <span class="person-note">
          {[...(props.person.me ? [t().you] : []), ...notes()].join(' · ')}
        </span>
      </span>
      <Show when={!props.person.me}>
        <IconButton
          icon="more"
          label={t().personMenu(calledHere(props.person))}
          aria-haspopup="menu"
          onClick={(event) => {
            const { left, bottom } = event.currentTarget.getBoundingClientRect();
            setMenu({ x: left, y: bottom });
          }}
        />
      </Show>
      <Show when={menu()}>
        {(at) => (
          <Menu label={calledHere(props.person)} at={at()} onClose={() => setMenu(undefined)}>
            <MenuItem icon="check" onChoose={() => setOpen('safety')}>
              {t().safetyNumber}
            </MenuItem>
            <Show when={props.mayGovern}>
              <MenuItem
                icon="person"
                onChoose={() =>
                  attempt(messenger.setAdmin(props.chat, props.person.person, !props.person.admin))
                }
              >
                {props.person.admin ? t().unmakeAdmin : t().makeAdmin}
              </MenuItem>
            </Show>
            <MenuItem
              icon="failed"
              onChoose={() => attempt(messenger.block(props.person.person, !props.person.blocked))}
            >
              {props.person.blocked ? t().unblock : t().block}
            </MenuItem>
            <Show when={props.mayGovern}>
              <MenuItem icon="trash" look="danger" onChoose={() => setOpen('remove')}>
                {t().removePerson}
              </MenuItem>
            </Show>
          </Menu>
        )}
      </Show>
      <Show when={open() === 'safety'}>
        <SafetyNumber person={props.person} onClose={() => setOpen(undefined)} />
      </Show>
      <Show when={open() === 'remove'}>
        <Confirm
          question={t().removeAsk(calledHere(props.person))}
          text={t().removeText}
          action={t().removePerson}
          onClose={() => setOpen(undefined)}
          onYes={() => attempt(messenger.remove(props.chat, props.person.person))}
        />
      </Show>
    </li>
  );
}
