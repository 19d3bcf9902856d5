/**
 * What brings in people and devices, and its QR codes: opened on few days, so that it is a file of its own, which
 * loads when the first of it opens. `adding-later.tsx` is how the views of `extras.ts` reach it.
 */
export { LinkNew } from './devices/link-new.tsx';
export { LinkOld } from './devices/link-old.tsx';
export { Recover } from './devices/recover.tsx';
export { RecoveryKit } from './devices/recovery-kit.tsx';
export { InviteCard } from './invite/invite-card.tsx';
export { NewChat } from './invite/new-chat.tsx';
export { NewGroup } from './invite/new-group.tsx';
export { SafetyNumber } from './panel/safety-number.tsx';
