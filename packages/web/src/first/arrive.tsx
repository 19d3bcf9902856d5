/** Arriving by an invite: what it leads to, then a name, and in. Whoever has a name only confirms. */
import { type InvitePreview, Problem } from '@polynya/messenger/api';
import { createResource, createSignal, type JSX, Match, Show, Switch } from 'solid-js';
import { LinkNew, Recover } from '../later.tsx';
import { useApp } from '../state/app.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field } from '../ui/field.tsx';
import { ProblemNote } from '../ui/problem-note.tsx';
import type { Words } from '../words/en.ts';
import { useWords } from '../words/use-words.ts';
import { Screen } from './screen.tsx';

const NAME_LETTERS = 64;

const codeOf = (error: unknown) => (error instanceof Problem ? error.code : 'failed');

function titleOf(t: () => Words, preview: InvitePreview): string {
  if (preview.kind === 'server') return t().previewServer;
  return preview.direct
    ? t().previewDirect(preview.inviter)
    : t().previewGroup(preview.inviter, preview.title);
}

export function Arrive(props: { link: string; onDone(): void }): JSX.Element {
  const { t } = useWords();
  const { messenger, status, nav } = useApp();
  const [name, setName] = createSignal('');
  const [working, setWorking] = createSignal(false);
  const [problem, setProblem] = createSignal<ReturnType<typeof codeOf> | null>(null);
  const [unasked, setUnasked] = createSignal(true);
  const [preview, { refetch }] = createResource(
    () => [props.link, unasked()] as const,
    (wanted) => messenger.preview(...wanted),
  );
  const known = () => status().me !== null;

  const enter = async () => {
    setWorking(true);
    setProblem(null);
    try {
      const { chat } = known()
        ? await messenger.join(props.link)
        : await messenger.register(props.link, name().trim());
      if (chat !== null) nav.open(chat);
      props.onDone();
    } catch (error) {
      setProblem(codeOf(error));
      setWorking(false);
    }
  };

  const others = () => (
    <Button look="plain" onClick={() => props.onDone()}>
      {known() ? t().noThanks : t().anotherLink}
    </Button>
  );
  const body = () => (
    <Switch>
      <Match when={preview.error}>
        <ProblemNote>{t().problem[codeOf(preview.error)]}</ProblemNote>
        <Button look="primary" onClick={() => refetch()}>
          {t().retry}
        </Button>
        {others()}
      </Match>
      <Match when={preview.loading}>
        <p role="status">{t().lookingUp}</p>
      </Match>
      <Match when={preview()?.kind === 'elsewhere' && preview()}>
        {(invite) => (
          <>
            <p>{t().previewHosts(invite().hosts.join(', '))}</p>
            <Button look="primary wide" onClick={() => setUnasked(false)}>
              {t().openInvite}
            </Button>
            {others()}
          </>
        )}
      </Match>
      <Match when={preview()}>
        {(invite) => (
          <form
            onSubmit={(event) => {
              event.preventDefault();
              void enter();
            }}
          >
            <Show when={!invite().direct || invite().kind === 'server'}>
              <p>
                {invite().kind === 'server'
                  ? t().previewServerText
                  : t().previewPeople(invite().people)}
              </p>
            </Show>
            <Show when={!known()}>
              <Field
                label={t().yourName}
                hint={t().nameHint}
                maxlength={NAME_LETTERS}
                autocomplete="nickname"
                required
                autofocus
                onText={setName}
              />
            </Show>
            <Show when={problem()}>
              {(code) => <ProblemNote>{t().problem[code()]}</ProblemNote>}
            </Show>
            <Button
              look="primary wide"
              type="submit"
              disabled={working() || (!known() && name().trim() === '')}
            >
              {working() ? t().entering : known() ? t().joinChat : t().enter}
            </Button>
            <p class="screen-note">{t().sealedNote}</p>
            <Show when={invite().kind === 'chat'}>
              <p class="screen-note">{t().verifyNote}</p>
            </Show>
          </form>
        )}
      </Match>
    </Switch>
  );
  const kind = () => (preview.error ? undefined : preview()?.kind);
  const title = () => {
    const invite = kind() && preview();
    return invite && kind() !== 'elsewhere' ? titleOf(t, invite) : t().appName;
  };

  return (
    <Switch fallback={<Screen title={title()}>{body()}</Screen>}>
      <Match when={kind() === 'device'}>
        <LinkNew link={props.link} onDone={props.onDone} />
      </Match>
      <Match when={kind() === 'recovery'}>
        <Recover link={props.link} onDone={props.onDone} />
      </Match>
      <Match when={known()}>
        <Dialog title={title()} onClose={props.onDone}>
          {body()}
        </Dialog>
      </Match>
    </Switch>
  );
}
