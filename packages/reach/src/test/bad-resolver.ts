/** A resolver in memory that does to queries and answers what resolvers and lines between do to them. */
import {
  decodeAnswer,
  decodeQuestion,
  encodeAnswer,
  encodeQuestion,
  TYPE,
} from '../carriers/dns/message.ts';
import type { Ask } from '../carriers/dns/resolver.ts';
import type { Zone } from '../carriers/dns/zone.ts';
import { type Clock, pause } from '../clock.ts';

export interface ResolverPlan {
  /** Percent of queries that are lost, half of them on the way back; and of those that it fails at. */
  readonly lost: number;
  readonly failed: number;
  /** Percent of queries that reach the server twice, the second time later. */
  readonly twice: number;
  /** How long an answer takes at most, in ms: later ones overtake it. */
  readonly slow: number;
  /** Types of records that it passes on. */
  readonly types: readonly number[];
  /** How long an answer over UDP may be, whatever is asked; and whether TCP is taken at all. */
  readonly most: number;
  readonly tcp: boolean;
}

export const GOOD: ResolverPlan = {
  ...{ lost: 0, failed: 0, twice: 0, slow: 20, most: 1_232, tcp: true },
  types: Object.values(TYPE),
};

const FAILED = 2;

/** @param chance from 0 up to 1 */
export function badResolver(
  zone: () => Zone,
  plan: ResolverPlan,
  { clock, chance }: { readonly clock: Clock; readonly chance: () => number },
): Ask & { readonly asked: number } {
  /** By name and type: it keeps what it was told for ever, though it should not. */
  const kept = new Map<string, Uint8Array>();
  const percent = (of: number): boolean => chance() * 100 < of;
  const later = () => pause(clock, 5 + chance() * plan.slow, new AbortController().signal);
  const forward = async (name: string, type: number): Promise<Uint8Array> => {
    const cased = [...name].map((letter) => (chance() < 0.5 ? letter.toUpperCase() : letter));
    const query = encodeQuestion(7, cased.join(''), type, 1_232);
    if (percent(plan.twice)) void later().then(() => zone().answer(query, 'udp'));
    const answer = await zone().answer(query, 'udp');
    if (!answer) throw new Error('the server said nothing');
    if (!decodeAnswer(answer)?.truncated) return answer;
    return (await zone().answer(query, 'tcp')) ?? answer;
  };
  const asks = async ({ name, type, most }: Parameters<Ask>[0], via: 'udp' | 'tcp') => {
    const query = encodeQuestion(9, name, type, most);
    const asked = decodeQuestion(query);
    if (!asked) throw new Error('no question');
    const refused = !plan.types.includes(type) || percent(plan.failed);
    const told = kept.get(`${name} ${type}`) ?? (refused ? undefined : await forward(name, type));
    if (told) kept.set(`${name} ${type}`, told);
    const records = told ? [...(decodeAnswer(told)?.records ?? [])] : [];
    records.sort(() => chance() - 0.5);
    const message = encodeAnswer(query, asked, { records, ...(!told && { rcode: FAILED }) });
    const room = Math.min(plan.most, most ?? 512);
    const cut = via === 'udp' && message.length > room;
    return cut ? encodeAnswer(query, asked, { truncated: true }) : message;
  };
  const counted = { asked: 0 };
  const ask: Ask = async (query, via, signal) => {
    counted.asked++;
    const never = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(new Error('no answer')), { once: true });
    });
    // What reaches nobody any more is no error.
    never.catch(() => undefined);
    const fate = chance() * 100;
    if (fate < plan.lost / 2) return never;
    if (via === 'tcp' && !plan.tcp) throw new Error('refused');
    const answered = (async () => {
      await later();
      const message = await asks(query, via);
      await later();
      const answer = decodeAnswer(message);
      if (!answer) throw new Error('nonsense');
      return fate < plan.lost ? never : answer;
    })();
    return Promise.race([answered, never]);
  };
  return Object.defineProperty(ask, 'asked', { get: () => counted.asked }) as never;
}
