/** The Russian stemmer of the Snowball project (M. F. Porter), for words in lower case without "ё". */

const GERUND = /(?:(?<=[ая])(?:в|вши|вшись)|ив|ивши|ившись|ыв|ывши|ывшись)$/;
const REFLEXIVE = /(?:ся|сь)$/;
const ADJECTIVE =
  /(?:ее|ие|ые|ое|ими|ыми|ей|ий|ый|ой|ем|им|ым|ом|его|ого|ему|ому|их|ых|ую|юю|ая|яя|ою|ею)$/;
const PARTICIPLE = /(?:(?<=[ая])(?:ем|нн|вш|ющ|щ)|ивш|ывш|ующ)$/;
const VERB =
  /(?:(?<=[ая])(?:ла|на|ете|йте|ли|й|л|ем|н|ло|но|ет|ют|ны|ть|ешь|нно)|ила|ыла|ена|ейте|уйте|ите|или|ыли|ей|уй|ил|ыл|им|ым|ен|ило|ыло|ено|ят|ует|уют|ит|ыт|ены|ить|ыть|ишь|ую|ю)$/;
const NOUN =
  /(?:а|ев|ов|ие|ье|е|иями|ями|ами|еи|ии|и|ией|ей|ой|ий|й|иям|ям|ием|ем|ам|ом|о|у|ах|иях|ях|ы|ь|ию|ью|ю|ия|ья|я)$/;
const SUPERLATIVE = /(?:ейше|ейш)$/;
const DERIVATIONAL = /(?:ость|ост)$/;
const REGION = /[аеиоуыэюя](.*)$/;
/** What follows the first consonant behind a vowel. */
const R = /[аеиоуыэюя][^аеиоуыэюя](.*)$/;

export function stemRussian(word: string): string {
  const region = REGION.exec(word)?.[1];
  if (region === undefined) return word;
  const head = word.slice(0, word.length - region.length);
  let rest = region;
  const without = (ending: RegExp): boolean => {
    const shorter = rest.replace(ending, '');
    const found = shorter !== rest;
    rest = shorter;
    return found;
  };
  if (!without(GERUND)) {
    without(REFLEXIVE);
    if (without(ADJECTIVE)) without(PARTICIPLE);
    else if (!without(VERB)) without(NOUN);
  }
  without(/и$/);
  const second = R.exec(R.exec(word)?.[1] ?? '')?.[1] ?? '';
  const start = word.length - second.length;
  if (head.length + rest.replace(DERIVATIONAL, '').length >= start) without(DERIVATIONAL);
  if (without(SUPERLATIVE) || rest.endsWith('нн')) rest = rest.replace(/нн$/, 'н');
  else without(/ь$/);
  return head + rest;
}
