/** The words of the host's page, in English and Russian. */

export const LANGUAGES = ['en', 'ru'] as const;
export type Language = (typeof LANGUAGES)[number];

const en = {
  title: 'Your Polynya server',
  works: 'Works',
  since: 'for',
  version: 'version',
  now: 'Now',
  connections: 'Connections',
  sessions: 'Sessions',
  watched: 'Chats that somebody follows',
  stored: 'Stored',
  of: 'of',
  diskLeft: 'Left on the disk',
  memory: 'Memory',
  storage: 'Stored in',
  kept: 'Kept',
  messages: 'Messages and files, days',
  largeFiles: 'Files above {size}, days',
  pruned: 'Deleted what was too old',
  notYet: 'not yet',
  invites: 'Invites of yours',
  noInvites: 'None that still admits anybody.',
  usesLeft: 'Left',
  until: 'Until (UTC)',
  each: 'Each use carries',
  share: '{logs} chats, {bytes} of files, {invites} invites',
  newInvite: 'New invite',
  people: 'For how many people',
  days: 'Days that it is good for',
  make: 'Make it',
  made: 'The new invite',
  madeNote: 'This is the only copy of it. Whoever has it comes in.',
  through:
    'Where {host} does not open, give people this link instead: it is the same invite, and its page comes through a bridge.',
  left: 'What people have left, all together',
  admitted: 'Admitted',
  granted: 'Invites that people made, uses left',
  chats: 'Chats that they may make',
  files: 'Files that they may store',
  grantable: 'Invites that they may make',
  refresh: 'Look again',
  nothing:
    'Nothing about people stands here, because the server knows nothing about people. What it knows, polynya knows prints.',
  wrong: 'The numbers were not right: 1 to {uses} people, 1 to {days} days.',
  day: 'd',
  hour: 'h',
  minute: 'min',
  bytes: 'B kB MB GB TB',
};

export type Words = Readonly<Record<keyof typeof en, string>>;

const ru: Words = {
  title: 'Ваш сервер Polynya',
  works: 'Работает',
  since: 'уже',
  version: 'версия',
  now: 'Сейчас',
  connections: 'Соединения',
  sessions: 'Сеансы',
  watched: 'Чаты, за которыми следят',
  stored: 'Занято',
  of: 'из',
  diskLeft: 'Свободно на диске',
  memory: 'Память',
  storage: 'Хранилище',
  kept: 'Сроки',
  messages: 'Сообщения и файлы, дней',
  largeFiles: 'Файлы больше {size}, дней',
  pruned: 'Устаревшее удалено',
  notYet: 'ещё нет',
  invites: 'Ваши приглашения',
  noInvites: 'Действующих нет.',
  usesLeft: 'Осталось',
  until: 'До (UTC)',
  each: 'Каждое даёт',
  share: 'чатов: {logs}, файлов: {bytes}, приглашений: {invites}',
  newInvite: 'Новое приглашение',
  people: 'На сколько человек',
  days: 'Сколько дней действует',
  make: 'Создать',
  made: 'Новое приглашение',
  madeNote: 'Это единственный экземпляр. Кто его получит, тот войдёт.',
  through:
    'Кому {host} не открывается, дайте вместо неё эту ссылку: приглашение то же, а страница приходит через мост.',
  left: 'Что осталось у людей, у всех вместе',
  admitted: 'Принято',
  granted: 'Приглашения от людей, осталось входов',
  chats: 'Чатов могут создать',
  files: 'Файлов могут сохранить',
  grantable: 'Приглашений могут создать',
  refresh: 'Обновить',
  nothing:
    'О людях здесь ничего нет: сервер о них ничего не знает. Что он знает, печатает polynya knows.',
  wrong: 'Числа не подходят: от 1 до {uses} человек, от 1 до {days} дней.',
  day: 'д',
  hour: 'ч',
  minute: 'мин',
  bytes: 'Б кБ МБ ГБ ТБ',
};

export const WORDS: Readonly<Record<Language, Words>> = { en, ru };

/** Of those that the browser asks for (RFC 9110 section 12.5.4), the first that we have; else English. */
export function languageOf(accepted: string | undefined): Language {
  const asked = (accepted ?? '').split(',').map((one) => one.trim().slice(0, 2).toLowerCase());
  return asked.find((one): one is Language => LANGUAGES.some((ours) => ours === one)) ?? 'en';
}
