/** A question and its answers. A line for one more answer is there as soon as the last one is filled in. */
import { createSignal, Index, type JSX } from 'solid-js';
import { useApp } from '../../state/app.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Field } from '../../ui/field.tsx';
import { Tick } from '../../ui/tick.tsx';
import { useExtraWords } from '../../words/use-words.ts';
import { useChat } from '../chat-context.ts';
import '../message/poll.css';

const QUESTION = 300;
const ANSWER = 100;
const ANSWERS = 12;

export function NewPoll(props: { onClose(): void }): JSX.Element {
  const { t } = useExtraWords();
  const { messenger, attempt } = useApp();
  const { detail } = useChat();
  const [question, setQuestion] = createSignal('');
  const [answers, setAnswers] = createSignal<readonly string[]>(['', '']);
  const [several, setSeveral] = createSignal(false);
  const said = () => [...new Set(answers().map((answer) => answer.trim()))].filter(Boolean);
  const ready = () => question().trim() !== '' && said().length >= 2;
  const answer = (at: number, text: string) =>
    setAnswers((before) => {
      const after = before.with(at, text);
      return after.at(-1)?.trim() && after.length < ANSWERS ? [...after, ''] : after;
    });
  const send = async () => {
    if (!ready()) return;
    const poll = { question: question(), options: said(), several: several() };
    if (await attempt(messenger.poll(detail().chat, poll))) props.onClose();
  };
  return (
    <Dialog title={t().newPoll} onClose={props.onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <Field label={t().pollQuestion} maxlength={QUESTION} autofocus onText={setQuestion} />
        <Index each={answers()}>
          {(_, at) => (
            <Field
              label={t().pollAnswer(at + 1)}
              maxlength={ANSWER}
              onText={(text) => answer(at, text)}
            />
          )}
        </Index>
        <Tick on={several()} onTick={setSeveral}>
          {t().pollSeveralAllow}
        </Tick>
        <p class="person-note">{t().pollOpenNote}</p>
        <Button look="primary" type="submit" disabled={!ready()}>
          {t().send}
        </Button>
      </form>
    </Dialog>
  );
}
