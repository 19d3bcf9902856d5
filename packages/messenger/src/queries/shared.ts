/** What is the same stays the same object: a view that was computed anew shares with the one before what did not change. */
import { equal } from '@polynya/protocol/bytes';

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Lists are matched by what names their members, or by place. */
const nameOf = (value: unknown): unknown =>
  isFields(value) ? (value.id ?? value.chat ?? value.person ?? value.device) : undefined;

/** `after`, with everything in it that equals its like in `before` put in its place; `before` itself if all does. */
export function shared<T>(before: unknown, after: T): T {
  return sharedValue(before, after) as T;
}

function sharedValue(before: unknown, after: unknown): unknown {
  if (before === after) return before;
  if (after instanceof Uint8Array) {
    return before instanceof Uint8Array && equal(before, after) ? before : after;
  }
  if (Array.isArray(after)) return Array.isArray(before) ? sharedList(before, after) : after;
  if (!isFields(after) || !isFields(before) || before instanceof Uint8Array) return after;
  return sharedFields(before, after);
}

function sharedFields(before: Fields, after: Fields): Fields {
  // Pages of hundreds of rows are compared after each change: nothing is made where all is the same.
  let next: Record<string, unknown> | undefined;
  let isSame = true;
  let fields = 0;
  for (const name in after) {
    const value = sharedValue(before[name], after[name]);
    if (value !== after[name]) {
      next ??= { ...after };
      next[name] = value;
    }
    isSame &&= value === before[name] && name in before;
    fields++;
  }
  return isSame && fields === Object.keys(before).length ? before : (next ?? after);
}

function sharedList(before: readonly unknown[], after: readonly unknown[]): readonly unknown[] {
  // Most often everything has its place still.
  let named: Map<unknown, unknown> | undefined;
  const likeOf = (value: unknown, at: number) => {
    const name = nameOf(value);
    if (name === undefined || name === nameOf(before[at])) return before[at];
    named ??= new Map(before.map((one) => [nameOf(one), one]));
    return named.get(name);
  };
  const next = after.map((value, at) => sharedValue(likeOf(value, at), value));
  const isSame = next.length === before.length && next.every((value, at) => value === before[at]);
  return isSame ? before : next;
}
