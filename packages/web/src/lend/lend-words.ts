/** The words of the page by which somebody lends their line, in a catalogue of their own: nobody else needs them. */
import type { Locale } from '../words/catalogues.ts';

const en = {
  title: 'Lend your line',
  what: 'Somebody cannot reach their friends: their provider blocks Polynya’s server. While this page is open, your browser can carry their messages to it.',
  see: 'What goes through is sealed. You cannot read it, you do not learn who it is from or for, and nothing is kept here.',
  cost: 'At most four people at a time, and one gigabyte in all; then it stops by itself. They can see your IP address, and you theirs; your provider sees that you talk to the server.',
  agree: 'I have read this and lend my line',
  start: 'Start',
  stop: 'Stop',
  phase: {
    connecting: 'Connecting to the server…',
    ready: 'Your line is lent. Keep this page open.',
    refused: 'This link is no good any more: ask for another one.',
    full: 'One gigabyte was carried. Thank you! Your line is not lent any more.',
    stopped: 'Your line is not lent any more. Thank you!',
  },
  guests: 'People now',
  served: 'People so far',
  carried: 'Carried',
  broken: 'This is not a whole link: ask for it again.',
};

export type LendWords = typeof en;

const ru: LendWords = {
  title: 'Поделиться связью',
  what: 'Кто-то не может связаться с близкими: провайдер блокирует сервер Полыньи. Пока эта страница открыта, ваш браузер может передавать туда их сообщения.',
  see: 'Всё, что проходит, запечатано. Вы не можете это прочесть и не узнаете, от кого оно и кому; здесь ничего не сохраняется.',
  cost: 'Не больше четырёх человек сразу и одного гигабайта всего — потом всё остановится само. Они увидят ваш IP-адрес, а вы — их; ваш провайдер увидит, что вы связаны с сервером.',
  agree: 'Я это прочитал(а) и делюсь связью',
  start: 'Начать',
  stop: 'Остановить',
  phase: {
    connecting: 'Соединяемся с сервером…',
    ready: 'Вы делитесь связью. Не закрывайте эту страницу.',
    refused: 'Эта ссылка больше не действует: попросите другую.',
    full: 'Передан один гигабайт. Спасибо! Связь больше не общая.',
    stopped: 'Вы больше не делитесь связью. Спасибо!',
  },
  guests: 'Людей сейчас',
  served: 'Людей всего',
  carried: 'Передано',
  broken: 'Ссылка неполная: попросите её ещё раз.',
};

export const LEND_WORDS: Readonly<Record<Locale, LendWords>> = { en, ru };
