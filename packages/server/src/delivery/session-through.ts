/** A session whose requests go by something that stands between sessions and what answers them. */
import type { Request } from '@polynya/protocol/requests';
import type { Outcome, SessionLogic } from '@polynya/reach/server/session-handler';

/** What stands between: it asks `logic`, or answers by itself, as `SessionLogic.call` does. */
export interface Between {
  call(logic: SessionLogic, request: Request, answered: (outcome: Outcome) => void): void;
}

/** One object a session and no closures, because there are many sessions and most are quiet. */
export class SessionThrough implements SessionLogic {
  readonly #between: Between;
  readonly #logic: SessionLogic;

  constructor(between: Between, logic: SessionLogic) {
    this.#between = between;
    this.#logic = logic;
  }

  call(request: Request, answered: (outcome: Outcome) => void): void {
    this.#between.call(this.#logic, request, answered);
  }

  end(): void {
    this.#logic.end();
  }
}
