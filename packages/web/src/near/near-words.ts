/** What is said of who is near, and of files carried by hand: a catalogue of its own, which comes with its dialog. */
import type { CarryErrorCode } from '@polynya/messenger/carry/carry-error';
import type { NearView } from '@polynya/messenger/near-api';
import type { Locale } from '../words/catalogues.ts';
import { counted } from '../words/plural.ts';

const e = counted('en');
const r = counted('ru');

const en = {
  title: 'Nearby, without the Internet',
  what: 'In one network, such as the Wi-Fi of a home, you can talk past the server. Somebody there opens Polynya in a terminal, which shows a code:',
  how: 'Messages of the chats that you share go both ways, sealed, and on to other members of these chats who scanned it. Whoever runs the network sees that somebody does this, and not what is said.',
  scan: 'Scan the code',
  stopScan: 'Do not scan',
  code: 'Or the line below it',
  call: 'Connect',
  noCode: 'This is no such code. The line begins with polynya-near:// and has to be whole.',
  end: 'Disconnect',
  stop: 'Stop trying',
  state: {
    off: '',
    calling: 'Connecting…',
    silent:
      'Nobody answers at that code. Is this device in the same network, and the chat in the terminal still open? A chat that was begun anew shows another code. Polynya goes on trying until the server is reached.',
    strangers:
      'Somebody answers, but shares no chat with you, or has not heard yet that you are in it.',
    near: 'Near. New messages of these chats go both ways now. What is forwarded, silent or disappears, edits, reactions, polls and files themselves wait for the server. The chats:',
  } satisfies Record<NearView['state'], string>,
  awake:
    'A page that is put away sleeps: open it again, and it connects by itself within some seconds.',
  byHand: 'By hand',
  byHandText:
    'What your server does not have yet fits into a file, sealed for the members of your chats. On a stick or a phone anybody can carry it.',
  out: 'Save a file',
  in: 'Take a file in',
  nothing:
    'Nothing to carry: no message that can be carried waits here. What is forwarded, silent or disappears, edits, reactions, polls and files themselves wait for the server.',
  saved: (count: number) => `${e(count, { one: 'message', other: 'messages' })} in polynya-carried`,
  taken: (count: number, fresh: number) =>
    `${e(count, { one: 'message', other: 'messages' })} for you, new: ${fresh}.`,
  strange: (count: number) => `Left out, because nobody whom you know signed them: ${count}.`,
  refused: {
    'too-big': 'This is no such file: it is too big.',
    'not-for-us': 'Nothing in this file is for you: it is for other chats, or no such file.',
    damaged: 'This file is damaged: it has to be made again.',
  } satisfies Record<CarryErrorCode, string>,
};

const ru: typeof en = {
  title: 'Рядом, без интернета',
  what: 'В одной сети, например в домашнем Wi-Fi, можно разговаривать мимо сервера. Кто-то в ней открывает Полынью в терминале, и тот показывает код:',
  how: 'Сообщения общих чатов идут в обе стороны, запечатанные, и к другим участникам этих чатов, считавшим этот код. Владелец сети видит, что так кто-то делает, но не видит, что говорят.',
  scan: 'Считать код',
  stopScan: 'Не считывать',
  code: 'Или строка под ним',
  call: 'Соединиться',
  noCode: 'Это не тот код. Строка начинается с polynya-near:// и нужна вся целиком.',
  end: 'Отсоединиться',
  stop: 'Больше не пробовать',
  state: {
    off: '',
    calling: 'Соединяемся…',
    silent:
      'По этому коду никто не отвечает. В той ли сети это устройство и открыт ли ещё чат в терминале? Чат, открытый заново, показывает другой код. Полынья пробует дальше, пока не ответит сервер.',
    strangers: 'Кто-то отвечает, но общих чатов с вами нет, или там ещё не знают, что вы в чате.',
    near: 'Рядом. Новые сообщения этих чатов сейчас идут в обе стороны. Пересланное, тихое и исчезающее, правки, реакции, опросы и сами файлы ждут сервера. Чаты:',
  },
  awake:
    'Убранная страница засыпает: откройте её снова, и за несколько секунд она соединится сама.',
  byHand: 'Из рук в руки',
  byHandText:
    'То, чего ещё нет на сервере, помещается в файл, запечатанный для участников ваших чатов. На флешке или телефоне его может отнести кто угодно.',
  out: 'Сохранить файл',
  in: 'Принять файл',
  nothing:
    'Нести нечего: сообщений, которые можно отнести, здесь нет. Пересланное, тихое и исчезающее, правки, реакции, опросы и сами файлы ждут сервера.',
  saved: (count: number) =>
    `${r(count, { one: 'сообщение', few: 'сообщения', many: 'сообщений', other: 'сообщения' })} в polynya-carried`,
  taken: (count: number, fresh: number) =>
    `${r(count, { one: 'сообщение', few: 'сообщения', many: 'сообщений', other: 'сообщения' })} для вас, новых: ${fresh}.`,
  strange: (count: number) => `Пропущено, потому что подписал кто-то незнакомый: ${count}.`,
  refused: {
    'too-big': 'Это не тот файл: он слишком велик.',
    'not-for-us': 'В этом файле для вас ничего нет: он для других чатов или это не тот файл.',
    damaged: 'Файл повреждён: его нужно сделать заново.',
  },
};

export const nearWords: Readonly<Record<Locale, typeof en>> = { en, ru };
