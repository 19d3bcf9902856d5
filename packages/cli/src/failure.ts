/** What a command ends with when it cannot do what was asked: one sentence that a person can act on. */

export class Failure extends Error {
  override readonly name = 'Failure';
  /** 1: it could not be done. 2: the command line was wrong. */
  readonly exitCode: 1 | 2;

  /** `sentence` is printed as it is: it says what happened and what to do, and holds no secret. */
  constructor(sentence: string, exitCode: 1 | 2 = 1, cause?: unknown) {
    super(sentence, cause === undefined ? {} : { cause });
    this.exitCode = exitCode;
  }
}

/** The `code` that Node puts on errors of the system ("EADDRINUSE"), or ''. */
export function systemCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
