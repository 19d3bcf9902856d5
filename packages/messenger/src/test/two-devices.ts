/** A person with two devices, linked as people do it. */
import type { LinkView } from '../devices-api.ts';
import type { Person, Town } from './town.ts';

/** Both sides of a linking, where the digits are shown. */
export async function linking(
  phone: Person,
  laptop: Person,
  name: string,
): Promise<{ old: LinkView; fresh: LinkView; opened: Promise<void> }> {
  const { link } = await phone.messenger.linkDevice();
  const opened = laptop.messenger.openLink(link ?? '', name);
  opened.catch(() => undefined);
  const [old, fresh] = await Promise.all([comparing(phone), comparing(laptop)]);
  return { old, fresh, opened };
}

/** A new device of that person; its chats come by themselves. */
export async function linked(town: Town, phone: Person, name: string): Promise<Person> {
  const laptop = await town.device(name.replaceAll(' ', '-'));
  const { opened } = await linking(phone, laptop, name);
  await phone.messenger.confirmLink();
  await opened;
  return laptop;
}

async function comparing(person: Person): Promise<LinkView> {
  const { link } = await person.until(
    { query: 'devices' },
    (view) => view.link?.state === 'compare',
    'the digits',
  );
  if (!link) throw new Error('no linking');
  return link;
}
