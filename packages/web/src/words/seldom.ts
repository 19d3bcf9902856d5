/** Words of what few people ever open: a file of its own, in both languages. */
import type { Locale } from './catalogues.ts';

const en = {
  lineLooking: 'Looking at the line. This takes up to a minute…',
  lineAfter: (size: string) => `Frozen after ${size}.`,
  lineRate: (rate: number) => `About ${rate} kbit/s.`,
  linePass: (count: number) => `At least ${count} passed.`,
  lineDeaf: (seconds: number) => `No answer in ${seconds} s.`,
  lineAgain: 'Look again',
  lineSave: 'Save for researchers',
  lineLimits:
    'A browser is not told why a connection fails, so this can be mistaken; that browsers of this kind are cut off by how they greet cannot be seen by one of them at all. “polynya doctor” in a terminal sees more. A look makes many connections at once: where they are counted, one way to your server may be closed for about a minute after it.',
  lineHome: 'Sites in your country to compare with',
  lineAbroad: 'Sites abroad to compare with',
  lineSites:
    'By their names, for example those you read anyway. Without them nobody can tell a blocked server from a line that leads nowhere else. They learn that somebody at your address asked for them.',
  lineOoni:
    'The file has what was seen as an OONI measurement, without your address and without that of your server. The names of the sites that you typed are in it as you typed them. It goes nowhere by itself: give it to whom you like.',
  endpointAnswers: 'answers',
  endpointFails: 'fails at once',
  endpointSilent: 'is silent',
  updateRefusedTitle: 'An update was not taken',
  updateRefusedWhy: {
    'other-key':
      'The page that your server offers now is signed by another key than the one this device knows. Your host may have lost the old key, or somebody else may be speaking for the server.',
    'bad-signature':
      'The page that your server offers now bears a signature that does not fit. It was damaged on the way, or somebody changed it.',
    older: 'The page that your server offers now is older than the one you have.',
  },
  keyKnown: 'The key that this device knows',
  keyOffered: 'The key of the page that is offered',
  keyAsk:
    'Ask your host, by another way than this page, whether the second key is theirs. If it is, trust it; if not, go on with the page that you have.',
  keyTrust: 'Trust the new key',
  keepThis: 'Keep this page',
  originLimit:
    'A page in a browser cannot refuse its own server for ever: whoever has that can, in the end, give it other code. The program for the terminal cannot be changed so.',
  scanText: (name: string) => `Point the camera at the safety number on ${name}’s screen.`,
  scanned: {
    same: (name: string) => `The same. Nobody stands between you and ${name}.`,
    different: (name: string) =>
      `Not the same. If ${name} shows the safety number of the chat with you, somebody may stand between you. Write nothing private here, and tell ${name} in another way.`,
    none: (name: string) =>
      `This code is not a safety number. ${name} finds it in the chat with you, in the menu beside your name.`,
  },
};

const ru: typeof en = {
  lineLooking: 'Смотрим, что со связью. Это займёт до минуты…',
  lineAfter: (size: string) => `Замирает после ${size}.`,
  lineRate: (rate: number) => `Около ${rate} кбит/с.`,
  linePass: (count: number) => `Прошло не меньше ${count}.`,
  lineDeaf: (seconds: number) => `Нет ответа ${seconds} с.`,
  lineAgain: 'Посмотреть ещё раз',
  lineSave: 'Сохранить для исследователей',
  lineLimits:
    'Браузеру не говорят, почему соединение не удалось, поэтому вывод может быть ошибочным; а что браузеры этого вида обрывают по тому, как они здороваются, из такого браузера не увидеть вовсе. «polynya doctor» в терминале видит больше. Проверка открывает много соединений сразу: там, где их считают, один из путей к серверу может после неё закрыться примерно на минуту.',
  lineHome: 'Сайты в стране для сравнения',
  lineAbroad: 'Зарубежные сайты для сравнения',
  lineSites:
    'По именам, например те, что вы и так читаете. Без них не отличить заблокированный сервер от связи, которая больше никуда не ведёт. Они узнают, что кто-то с вашего адреса к ним обратился.',
  lineOoni:
    'В файле то, что удалось увидеть, в виде измерения OONI, без вашего адреса и адреса сервера. Имена сайтов, которые вы ввели, в нём видны как есть. Сам он никуда не уходит: отдайте его, кому захотите.',
  endpointAnswers: 'отвечает',
  endpointFails: 'сразу отказ',
  endpointSilent: 'молчит',
  updateRefusedTitle: 'Обновление не принято',
  updateRefusedWhy: {
    'other-key':
      'Страница, которую сейчас предлагает сервер, подписана не тем ключом, который знает это устройство. Может быть, владелец потерял старый ключ, а может быть, за сервер говорит кто-то другой.',
    'bad-signature':
      'Подпись страницы, которую сейчас предлагает сервер, не сходится. Её повредили по дороге или подменили.',
    older: 'Страница, которую сейчас предлагает сервер, старше вашей.',
  },
  keyKnown: 'Ключ, который знает это устройство',
  keyOffered: 'Ключ предлагаемой страницы',
  keyAsk:
    'Спросите владельца сервера другим путём, не через эту страницу, его ли второй ключ. Если его, доверьтесь ему; если нет, оставайтесь на своей странице.',
  keyTrust: 'Доверять новому ключу',
  keepThis: 'Оставить эту страницу',
  originLimit:
    'Страница в браузере не может вечно отказывать собственному серверу: у кого он в руках, тот рано или поздно подсунет ей другой код. Программу для терминала так изменить нельзя.',
  scanText: (name: string) =>
    `Наведите камеру на код безопасности на экране собеседника (${name}).`,
  scanned: {
    same: (name: string) => `Совпадает. Между вами и собеседником (${name}) никого нет.`,
    different: (name: string) =>
      `Не совпадает. Если на экране собеседника (${name}) код именно этого чата, между вами может кто-то стоять. Не пишите здесь ничего личного и сообщите об этом другим путём.`,
    none: (name: string) =>
      `Это не код безопасности. Собеседник (${name}) найдёт его в чате с вами, в меню рядом с вашим именем.`,
  },
};

export type SeldomWords = typeof en;

export const seldomWords: Readonly<Record<Locale, SeldomWords>> = { en, ru };
