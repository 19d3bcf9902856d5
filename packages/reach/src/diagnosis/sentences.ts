/** What is being done to the line and what is done about it, in a sentence that needs no knowledge of networks. */
import type { Diagnosis } from './diagnose.ts';

const en: Readonly<Record<Diagnosis, string>> = {
  'dns-removed':
    'The name of your server was taken out of the directory that your provider uses; Polynya goes by its address.',
  'name-filtered':
    'Your provider cuts off whoever asks for your server by name; Polynya tries addresses and other endpoints.',
  'address-blocked':
    'Nothing gets through to the address of your server; Polynya tries all others that it knows.',
  frozen: 'Connections freeze after a while; Polynya begins new ones.',
  'connections-policed': 'Only a few connections a minute are let through; Polynya makes fewer.',
  throttled: 'The line is held down; texts go, files take their time.',
  'udp-dropped': 'Calls and the like are dropped; texts are not touched.',
  'fingerprint-filtered':
    'Your provider cuts off programs by how they greet; Polynya greets in another way.',
  'domestic-only':
    'Only chosen sites can be reached; Polynya needs an endpoint among them: ask your host for one.',
  'foreign-severed':
    'Nothing abroad can be reached; what you write goes when the line is back, and chats on servers in your country go on.',
  'lan-only':
    'This network leads nowhere; what you write goes when it does. With people in it you can write all the same: “Nearby” in the page, “polynya chat --near” in a terminal.',
  offline: 'This device is in no network; what you write goes when it is.',
  none: 'Nothing is done to the line, as far as can be seen from here.',
};

const ru: Readonly<Record<Diagnosis, string>> = {
  'dns-removed': 'Имя вашего сервера убрали из справочника провайдера; Полынья идёт по его адресу.',
  'name-filtered':
    'Провайдер обрывает всех, кто обращается к вашему серверу по имени; Полынья пробует адреса и другие входы.',
  'address-blocked':
    'На адрес вашего сервера ничего не проходит; Полынья пробует все остальные, какие знает.',
  frozen: 'Соединения через некоторое время замирают; Полынья начинает новые.',
  'connections-policed': 'В минуту пропускают лишь несколько соединений; Полынья делает меньше.',
  throttled: 'Линию замедляют; тексты проходят, файлы идут дольше.',
  'udp-dropped': 'Пакеты звонков и подобного отбрасывают; тексты не тронуты.',
  'fingerprint-filtered':
    'Провайдер обрывает программы по тому, как они здороваются; Полынья здоровается иначе.',
  'domestic-only':
    'Доступны только избранные сайты; Полынье нужен вход среди них: попросите его у хозяина сервера.',
  'foreign-severed':
    'За границей недоступно ничего; написанное уйдёт, когда связь вернётся, а чаты на серверах в стране работают.',
  'lan-only':
    'Эта сеть никуда не ведёт; написанное уйдёт, когда появится выход. С теми, кто в ней, можно переписываться и так: «Рядом» на странице, «polynya chat --near» в терминале.',
  offline: 'Устройство не подключено ни к какой сети; написанное уйдёт, когда подключится.',
  none: 'С линией, насколько отсюда видно, ничего не делают.',
};

export const SENTENCES = { en, ru } as const;
