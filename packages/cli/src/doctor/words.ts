/** What is being done to the line, in a sentence that needs no knowledge of networks, and what to do about it. */
import { type Diagnosis, type Finding, SENTENCES } from '@polynya/messenger/line/diagnosis';
import { size } from '../render/units.ts';

export type Language = 'en' | 'ru';

/** As POSIX says it (IEEE 1003.1, 8.2): the first of these that is set. */
export function languageOf(env: Readonly<Record<string, string | undefined>>): Language {
  const said = env.LC_ALL || env.LC_MESSAGES || env.LANG || '';
  return said.startsWith('ru') ? 'ru' : 'en';
}

export function diagnosisLine({ diagnosis, figure }: Finding, language: Language = 'en'): string {
  const sentence = SENTENCES[language][diagnosis];
  return figure === null ? sentence : `${sentence} (${exactly(diagnosis, figure, language)})`;
}

function exactly(diagnosis: Diagnosis, figure: number, language: Language): string {
  const ru = language === 'ru';
  if (diagnosis === 'frozen') return `${ru ? 'после' : 'after'} ${size(figure)}`;
  if (diagnosis === 'connections-policed') return ru ? `проходит ${figure}` : `${figure} pass`;
  if (diagnosis === 'dns-removed') {
    const seconds = Math.round(figure / 1_000);
    return ru ? `нет ответа ${seconds} с` : `no answer in ${seconds} s`;
  }
  const rate = figure < 10_000 ? (figure / 1_000).toFixed(1) : String(Math.round(figure / 1_000));
  return ru ? `${rate.replace('.', ',')} кбит/с` : `${rate} kbit/s`;
}
