/** The views of `adding.ts`, each of them a component that appears once that file is here. */
import { laterFrom } from './later.tsx';

const later = laterFrom(() => import('./adding.ts'));

export const InviteCard = later((adding) => adding.InviteCard);
export const LinkNew = later((adding) => adding.LinkNew);
export const LinkOld = later((adding) => adding.LinkOld);
export const NewChat = later((adding) => adding.NewChat);
export const NewGroup = later((adding) => adding.NewGroup);
export const Recover = later((adding) => adding.Recover);
export const RecoveryKit = later((adding) => adding.RecoveryKit);
export const SafetyNumber = later((adding) => adding.SafetyNumber);
