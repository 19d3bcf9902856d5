/** The one error of this package. Whatever the MLS library throws becomes one of these codes. */
import type { Member } from './engine.ts';
import { RULES, type Rule } from './rules.ts';

export type MlsErrorCode =
  /** Not of the form that RFC 9420 gives, too long, or followed by more bytes. */
  | 'malformed'
  /** The caller's own argument makes no sense: a bug at the caller. */
  | 'invalid-argument'
  /** Decryption or signature failed: wrong keys, altered bytes, or a server that lied about the entry. */
  | 'cannot-open'
  /** This sender's entry, or a later one of the same epoch, was opened before. */
  | 'replayed'
  /**
   * Said to be made by this member itself. With a `signer`: proven to be, under a generation that is not used yet
   * here, so that another copy of this device's state has sealed it.
   */
  | 'own-entry'
  /** A Commit of another epoch, or a message of an epoch that is not reached yet. */
  | 'wrong-epoch'
  /** A message of an epoch whose keys are forgotten. */
  | 'epoch-gone'
  /** No member stands in that leaf. */
  | 'not-a-member'
  /** The authentication service does not accept a credential. */
  | 'unknown-credential'
  /** The caller's policy refused the Commit. */
  | 'refused-by-policy'
  /** The Commit does something that no group of Polynya does. */
  | 'refused-proposal'
  /** The Commit removes someone and does not close, or the other way round. */
  | 'closes-mismatch'
  | 'invalid-commit'
  | 'invalid-welcome'
  | 'invalid-key-package'
  /** The KeyPackage's lifetime is over or has not begun. */
  | 'expired'
  /** A key stands in the tree, or in the same Commit, already. */
  | 'duplicate-key'
  /** The group would have more than `MAX_MEMBERS` devices. */
  | 'group-full'
  /** The Commit is longer than an entry may be: add fewer at once. */
  | 'too-long'
  /** The authentication service or the policy failed to answer. It says nothing about the entry: ask again. */
  | 'no-verdict'
  /** Something that RFC 9420 demands does not hold; `rule` says what. */
  | 'rule-violated'
  /** A pre-shared key that is not held here. */
  | 'unknown-psk'
  /** Stored by another version of this engine, which this one does not read. */
  | 'other-version'
  /** A cipher suite that this engine does not have. */
  | 'unknown-suite'
  /** This member was removed from the group. */
  | 'removed'
  /** The group was disposed of. */
  | 'disposed';

/** Its message never holds a secret. */
export class MlsError extends Error {
  override readonly name = 'MlsError';
  readonly code: MlsErrorCode;
  /** Whose signature over what is refused holds: who is to blame. undefined: anybody. */
  readonly signer: Member | undefined;
  /** Which demand of RFC 9420 is not met, if it is one of those. */
  readonly rule: Rule | undefined;

  constructor(
    code: MlsErrorCode,
    message: string = code,
    options?: ErrorOptions & { readonly signer?: Member; readonly rule?: Rule },
  ) {
    super(message, options);
    this.code = code;
    this.signer = options?.signer;
    this.rule = options?.rule;
  }
}

/** The error for a demand of RFC 9420 that is not met. */
export function violated(rule: Rule): MlsError {
  return new MlsError(RULES[rule], rule, { rule });
}

/** @throws MlsError unless `holds` */
export function demand(rule: Rule, holds: boolean): void {
  if (!holds) throw violated(rule);
}

/** Runs `work`; a rule that it finds violated without a name of its own is called `code`. */
export async function within<T>(code: MlsErrorCode, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof MlsError) || error.code !== 'rule-violated') throw error;
    const { message, cause, rule } = error;
    throw new MlsError(code, message, { cause, ...(rule && { rule }) });
  }
}

/** Runs `work` on what `signer` signed; its errors say so. */
export async function blaming<T>(signer: Member, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof MlsError)) throw error;
    const { code, message, cause, rule } = error;
    throw new MlsError(code, message, { cause, signer, ...(rule && { rule }) });
  }
}

/** Runs `work`; what it throws becomes `code`, unless it says better itself. */
export async function attempt<T>(code: MlsErrorCode, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw asMlsError(code, error);
  }
}

/** An error as it leaves this package. */
export function asMlsError(code: MlsErrorCode, error: unknown): MlsError {
  return error instanceof MlsError ? error : new MlsError(code, code, { cause: error });
}
