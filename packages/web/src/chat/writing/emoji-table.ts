/**
 * The emoji that people reach for, each with what it is called in English and in Russian. In a file of its own: it
 * loads when it is looked at.
 */

/** One a line: the emoji, English words, a bar, Russian words. */
const TABLE = `👍 thumbs up yes good ok|палец вверх да хорошо ок лайк
👎 thumbs down no bad|палец вниз нет плохо
❤️ heart love|сердце любовь
🔥 fire hot|огонь пожар
🎉 party congratulations hooray|праздник поздравляю ура
👏 clap bravo applause|аплодисменты браво хлопать
🙏 thanks please pray|спасибо пожалуйста молитва
💯 hundred perfect|сто отлично
😂 joy tears laugh|смех до слёз
🤣 rolling laugh|хохот валяюсь
😀 grin smile happy|улыбка радость
😄 smile laugh happy|улыбка смех
😁 beaming grin|сияю улыбка
😅 sweat relief|пот облегчение
😊 blush smile warm|румянец улыбка тепло
🙂 slight smile|лёгкая улыбка
😉 wink|подмигиваю
😍 love eyes|влюблён глаза сердечки
🥰 hearts love|обожаю сердечки
😘 kiss|поцелуй
😎 cool sunglasses|крутой очки
🤩 star eyes wow|звёзды восторг
🥳 party hat birthday|праздник день рождения
🤗 hug|обнимаю
🤔 thinking hmm|думаю хм
🤨 doubt eyebrow|сомнение бровь
😐 neutral|нейтрально
🙄 eye roll|закатываю глаза
😏 smirk|ухмылка
😬 grimace awkward|неловко
😴 sleep|сон сплю
🤤 drool tasty|вкусно слюнки
😮 wow open mouth|ого рот
😯 hushed|удивление
😱 scream fear|крик ужас
😳 flushed|смущение
🥺 pleading|умоляю
😢 cry sad|плачу грусть
😭 sob cry|рыдаю
😞 sad disappointed|грустно разочарован
😔 pensive sad|задумчивый грусть
😟 worried|беспокойство
😤 huff|фырк
😠 angry|злость
😡 rage angry|ярость злость
🤬 swearing|ругань
🤯 mind blown|взрыв мозга
😰 anxious|тревога
🤒 sick fever|болею температура
🤧 sneeze cold|насморк чихаю
🤢 nausea|тошнит
🥶 cold freezing|холод мёрзну
🥵 hot heat|жара
😇 angel halo|ангел
🤓 nerd|умник
🤡 clown|клоун
💩 poo|какашка
👻 ghost|привидение
💀 skull dead|череп
👀 eyes look|глаза смотрю
🤷 shrug dunno|не знаю пожимаю
🤦 facepalm|рукалицо
🙌 hands up hooray|руки вверх ура
👋 wave hello bye|привет пока машу
✋ hand stop|рука стоп
👌 ok perfect|окей отлично
✌️ victory peace|победа мир
🤞 fingers crossed luck|пальцы удача
🤝 handshake deal|рукопожатие договорились
💪 strong muscle|сила мышцы
👇 down point|вниз указываю
👆 up point|вверх указываю
👉 right point|вправо указываю
🫶 heart hands|руки сердце
💔 broken heart|разбитое сердце
💛 yellow heart|жёлтое сердце
💚 green heart|зелёное сердце
💙 blue heart|синее сердце
🖤 black heart|чёрное сердце
🤍 white heart|белое сердце
✨ sparkles|блёстки
⭐ star|звезда
⚡ lightning power|молния электричество
💥 boom|взрыв бум
💤 sleep zzz|сон
✅ check done|готово галочка
❌ cross no|крест нет
❓ question|вопрос
❗ important exclamation|важно восклицание
⚠️ warning|внимание осторожно
🚨 alarm siren|тревога сирена
📌 pin|булавка закрепить
📎 clip|скрепка
📅 calendar date|календарь дата
⏰ alarm clock time|будильник время
📞 phone call|телефон звонок
📷 camera photo|камера фото
💡 idea light|идея лампочка
🔑 key|ключ
🔒 lock|замок
🏠 house home|дом
🏫 school|школа
🏥 hospital|больница
🚗 car|машина
🚌 bus|автобус
🚆 train|поезд
✈️ plane|самолёт
🚲 bicycle|велосипед
🎁 gift present|подарок
🎂 cake birthday|торт день рождения
🎈 balloon|шарик
🎄 christmas tree new year|ёлка новый год
🌹 rose|роза
🌷 tulip flower|тюльпан цветок
🌼 flower|цветок
🌱 plant sprout|росток
🌳 tree|дерево
🍀 clover luck|клевер удача
☀️ sun|солнце
🌧️ rain|дождь
❄️ snow|снег
🌈 rainbow|радуга
🌊 wave water sea|волна вода море
💧 water drop|вода капля
☕ coffee tea|кофе чай
🍵 tea|чай
🍺 beer|пиво
🍷 wine|вино
🥂 toast cheers|бокалы за здоровье
🍕 pizza|пицца
🍞 bread|хлеб
🥞 pancakes|блины
🥟 dumpling|пельмени вареники
🍎 apple|яблоко
🍓 strawberry|клубника
🍰 cake|пирог
🍫 chocolate|шоколад
🐱 cat|кошка кот
🐶 dog|собака пёс
🐻 bear|медведь
🦊 fox|лиса
🐰 rabbit|заяц кролик
🐸 frog|лягушка
🐟 fish|рыба
🐦 bird|птица
🐝 bee|пчела
⚽ football|футбол мяч
🏒 hockey|хоккей
🎵 music note|музыка нота
🎸 guitar|гитара
📚 books|книги
✏️ pencil|карандаш
💻 computer laptop|компьютер ноутбук
💰 money|деньги
🛒 shopping cart|покупки тележка
💊 pill medicine|таблетка лекарство
🩷 pink heart|розовое сердце
👶 baby|малыш
👵 grandmother|бабушка
👴 grandfather|дедушка
👨‍👩‍👧 family|семья`;

export interface Emoji {
  readonly emoji: string;
  readonly en: string;
  readonly ru: string;
}

export const EMOJI: readonly Emoji[] = TABLE.split('\n').map((line) => {
  const space = line.indexOf(' ');
  const [en = '', ru = ''] = line.slice(space + 1).split('|');
  return { emoji: line.slice(0, space), en, ru };
});

/** Those with a word, in either language, that begins so; all of them for ''. */
export function emojiFor(text: string): readonly Emoji[] {
  const plain = (words: string) => words.toLocaleLowerCase().replaceAll('ё', 'е');
  const wanted = plain(text.trim());
  return EMOJI.filter(({ en, ru }) =>
    plain(`${en} ${ru}`)
      .split(' ')
      .some((word) => word.startsWith(wanted)),
  );
}
