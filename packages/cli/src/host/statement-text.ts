/** The words of a host's statement on where data is and how long it is kept, in Markdown. */
import type { Config } from '@polynya/server/config';
import { bytesText } from './data-words.ts';

/** What a host says of itself; '' where it says nothing. */
export interface AboutHost {
  readonly operator: string;
  readonly place: string;
  readonly contact: string;
}

export interface StatementFacts extends AboutHost {
  readonly keep: Config['keep'];
  readonly storage: string;
}

export type StatementLanguage = 'en' | 'ru';

export function statementText(facts: StatementFacts, language: StatementLanguage): string {
  return (language === 'ru' ? russian : english)(facts);
}

function english({ operator, place, contact, keep, storage }: StatementFacts): string {
  const where = storage === 'postgres' ? 'a PostgreSQL database' : 'one database file';
  return `# Where data is, and how long it is kept

- **Who runs this server:** ${operator || '(not stated)'}.
- **Where the data is:** ${place || '(not stated)'}, in ${where}. It is sent nowhere else.
- **Contact:** ${contact || '(not stated)'}.
- **What is stored:** messages and files sealed end to end, random ids, hashes of secrets, sizes, and times by the hour. No names, phone numbers, contact lists or network addresses; no link between an invite and what was made with it. The server has no key that opens a message.
- **How long:** messages and files ${keep.days} days, files above ${bytesText(keep.largeBlob)} ${keep.largeBlobDays} days; less where more than ${bytesText(keep.maxBytes)} would be stored. Then the key of that day is destroyed, and with it every copy, backups included.
- **Who can be given data:** whoever the law entitles can be given what is stored, which is the above. It opens nothing and names nobody.
`;
}

function russian({ operator, place, contact, keep, storage }: StatementFacts): string {
  const where = storage === 'postgres' ? 'в базе PostgreSQL' : 'в одном файле базы данных';
  return `# Где находятся данные и сколько они хранятся

- **Кто держит сервер:** ${operator || '(не указано)'}.
- **Где находятся данные:** ${place || '(не указано)'}, ${where}. Больше никуда они не передаются.
- **Связь:** ${contact || '(не указана)'}.
- **Что хранится:** сообщения и файлы, зашифрованные между собеседниками, случайные идентификаторы, хеши секретов, размеры и время с точностью до часа. Имён, номеров телефонов, списков контактов и сетевых адресов нет; связи между приглашением и тем, что по нему создано, нет. Ключа, открывающего сообщения, у сервера нет.
- **Сколько:** сообщения и файлы — срок в днях: ${keep.days}; файлы больше ${bytesText(keep.largeBlob)} — ${keep.largeBlobDays}; меньше, если всего накопится больше ${bytesText(keep.maxBytes)}. Затем уничтожается ключ этого дня, а с ним все копии, включая резервные.
- **Кому могут быть выданы данные:** тому, кому это положено по закону, — то, что хранится, то есть перечисленное выше. Оно ничего не открывает и никого не называет.
`;
}
