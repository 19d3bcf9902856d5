/**
 * `polynya link` on a device that has a person makes a code; `polynya link CODE` on one that has none opens it. Both
 * show the same six digits, or somebody stands between.
 */
import { hostname } from 'node:os';
import { type Messenger, Problem } from '@polynya/messenger/api';
import type { LinkView } from '@polynya/messenger/devices-api';
import { allSent } from '../client/all-sent.ts';
import { answer } from '../client/answers.ts';
import { askLine } from '../client/ask-line.ts';
import { withMessenger, withPerson } from '../client/profile.ts';
import { settled } from '../client/settled.ts';
import { command, profileOption } from '../command.ts';
import { Failure } from '../failure.ts';
import { cleanLine } from '../render/clean.ts';
import { qrLines } from '../render/qr.ts';
import { localTime } from '../render/units.ts';
import { note, print, type Terminal } from '../terminal.ts';

/** ms */
const PATIENCE = 60_000;

export const link = command({
  options: { ...profileOption, name: { type: 'string', short: 'n' } },
  takes: [0, 1],
  async run({ profile, name }, [code], terminal) {
    if (code === undefined) {
      await withPerson(profile, terminal, (messenger) => letIn(messenger, terminal));
    } else {
      const called = name?.trim() || `A terminal on ${hostname()}`.slice(0, 64);
      await withMessenger(profile, terminal, (messenger) =>
        comeIn(messenger, code, called, terminal),
      );
    }
  },
});

/** The old device. */
async function letIn(messenger: Messenger, terminal: Terminal): Promise<void> {
  const { link: code, expires } = await messenger.linkDevice();
  print(terminal, code ?? '');
  if (terminal.output.isTTY && code) print(terminal, ...qrLines(code));
  note(
    terminal,
    `Open it on the new device, or there: polynya link CODE. Good until ${localTime(expires)}.`,
  );
  const { check, name } = await reached(messenger, terminal, 'compare');
  print(terminal, `"${cleanLine(name)}" shows ${digits(check)} if nobody stands between.`);
  print(terminal, 'Does it? [yes/no]');
  if (!/^y(es)?$/i.test(await askLine(terminal))) {
    await messenger.cancelLink();
    throw new Failure('Nothing was linked.');
  }
  await messenger.confirmLink();
  await reached(messenger, terminal, 'done');
  const all = await settled(messenger, terminal);
  await allSent(messenger, terminal);
  print(
    terminal,
    all
      ? 'It is one of your devices now, in all your chats.'
      : 'It is one of your devices now; its chats come while both run.',
  );
}

/** The new device. */
async function comeIn(
  messenger: Messenger,
  code: string,
  name: string,
  terminal: Terminal,
): Promise<void> {
  const opened = messenger.openLink(code, name);
  // What is wrong with it is told below, where it is waited for.
  opened.catch(() => undefined);
  const { check } = await Promise.race([
    reached(messenger, terminal, 'compare'),
    opened.then(() => Promise.reject(new Problem('link-over'))),
  ]);
  print(terminal, `Your other device is to show ${digits(check)}: say there that it does.`);
  await Promise.race([opened, reached(messenger, terminal, 'done')]);
  await opened;
  const { me } = await answer(messenger, { query: 'status' });
  await firstChat(messenger, terminal);
  print(terminal, `This is one of ${cleanLine(me?.name ?? '')}'s devices now: polynya chats`);
}

/** Where the linking has come to. @throws Problem: it ended otherwise */
async function reached(
  messenger: Messenger,
  { ended }: Terminal,
  wanted: LinkView['state'],
): Promise<LinkView> {
  const { link: view } = await answer(
    messenger,
    { query: 'devices' },
    ({ link: now }) => {
      if (now?.state === 'failed') throw new Problem(now.problem ?? 'link-over');
      return now?.state === wanted || now?.state === 'done';
    },
    ended,
  );
  if (!view) throw new Problem('link-over');
  return view;
}

/** The others follow it, now or whenever both run. */
async function firstChat(messenger: Messenger, { ended }: Terminal): Promise<void> {
  const signal = AbortSignal.any([AbortSignal.timeout(PATIENCE), ended]);
  try {
    await answer(messenger, { query: 'devices' }, ({ saved }) => saved !== null, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

function digits(check: string | null): string {
  return `${check?.slice(0, 3)} ${check?.slice(3)}`;
}
