/** The sentences for everything that can go wrong on the way of what was asked. */
import { Problem, type ProblemCode, type SendState } from '@polynya/messenger/api';
import { StoreError, type StoreErrorCode } from '@polynya/messenger/store/store';
import { Failure } from './failure.ts';

export const problemWords: Readonly<Record<ProblemCode, string>> = {
  'invite-malformed':
    'This is not an invite link, or a part of it was lost: ask for it again and paste all of it, the part after the # too.',
  'invite-version':
    'This invite was made by another version of Polynya: update this program, or ask for a new one.',
  'invite-used': 'This invite was used, taken back or has expired: ask for a new one.',
  'invite-own': 'You made this invite yourself: give it to somebody else.',
  'unknown-server': 'This invite leads to a server that this profile does not belong to.',
  'not-registered': 'Nobody has joined with this profile yet: polynya join LINK --name NAME',
  'already-member': 'This person is a member already.',
  'not-a-member': 'You are not a member of this chat any more.',
  'not-allowed': 'Only an admin, or whoever wrote it, may do that.',
  'group-full': 'This group is full.',
  'too-big': 'This is too big: a file may have 100 MB.',
  'too-long': 'This text is too long.',
  'storage-full': 'The disk of this device is full: free some space and try again.',
  'server-full': 'The server has no space left: tell whoever runs it.',
  quota: 'What this server allows you is used up: ask whoever runs it for another invite.',
  rate: 'That was too much at once: wait a little and try again.',
  offline:
    'The server cannot be reached: try again when there is a network. What was sent waits until then.',
  'not-found': 'It is not there any more.',
  'no-contact': 'This person cannot be reached outside a chat that you share.',
  corrupt: 'What was received is damaged.',
  version: 'The server speaks another version of the protocol: update this program.',
  'link-over':
    'This code was used, has expired or was taken back: make a new one on your other device, polynya link',
  'phrase-wrong': 'This is not the recovery phrase, or a part of it is mistyped.',
  'no-root':
    'The recovery phrase is set already, or is to be set on the device that you began with.',
  failed: 'This did not work, and trying again may help.',
};

const storeWords: Readonly<Record<StoreErrorCode, string>> = {
  full: 'The disk of this device is full: free some space and try again.',
  corrupt: 'is damaged, or its key is gone: move it away and join again.',
  newer: 'was made by a newer version: update this program.',
  older: 'was made by an early version that this one does not read: move it away and join again.',
  locked: 'is in use by another polynya: close that one, or use another --profile.',
  failed: 'cannot be used: look at the rights of the folder and its files.',
};

export const stateWords: Readonly<Record<SendState, string>> = {
  waiting: 'waiting for the network',
  sending: 'sending',
  sent: 'sent',
  delivered: 'delivered',
  read: 'read',
  failed: 'failed',
};

/** The failure to end with, if `error` is one that a person can do something about; else undefined. */
export function failureOf(error: unknown, profile?: string): Failure | undefined {
  if (error instanceof Failure) return error;
  if (error instanceof Problem) return new Failure(problemWords[error.code], 1, error);
  if (error instanceof StoreError) {
    const words = storeWords[error.code];
    const sentence = error.code === 'full' ? words : `The profile ${profile ?? ''} ${words}`;
    return new Failure(sentence.replace('  ', ' '), 1, error);
  }
  return undefined;
}
