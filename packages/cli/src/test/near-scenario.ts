/**
 * Two people in one network, whose server goes and comes back: run in a network namespace of its own (near.test.ts).
 * Prints what each of them has in the end, as JSON.
 */
import { Person, serve, TemporaryFolder } from './cli.ts';

interface Line {
  readonly text: string;
  readonly name: string;
  readonly event: object | null;
}

const folder = new TemporaryFolder();
const [ann, bo] = [new Person(folder, 'ann'), new Person(folder, 'bo')];

try {
  let server = await serve(folder.in('server'));
  await ann.does('join', server.link, '--name', 'Ann');
  await ann.does('new-group', 'Family');
  await bo.does('join', await ann.does('invite-to', 'Family'), '--name', 'Bo');
  // Whoever has not heard that Bo came believes nobody of that name.
  while (!(await ann.does('people', 'Family')).includes('Bo'));
  await server.stop('SIGTERM');

  const [a, b] = [ann, bo].map((person) => person.starts('chat', 'Family', '--near'));
  if (!a || !b) throw new Error('nobody talks');
  await Promise.all([a, b].map((one) => one.until(/somebody of your chats is near/)));
  a.type('is anybody there?');
  await b.until(/ Ann: is anybody there\?$/m);
  b.type('I am');
  await a.until(/ Bo: I am$/m);
  for (const one of [a, b]) one.type('/quit');
  const ended = await Promise.all([a, b].map((one) => one.ended()));

  server = await serve(folder.in('server'), '--port', String(server.port));
  await bo.does('send', 'Family', 'online again');
  await ann.does('send', 'Family', 'so am I');
  const read = async (person: Person) => {
    const lines = await person.lists<Line>('read', 'Family');
    return lines.filter(({ event }) => event === null).map(({ name, text }) => `${name}: ${text}`);
  };
  // Bo first, whose copy may be behind.
  const has = { bo: await read(bo), ann: await read(ann) };
  await server.stop('SIGTERM');
  console.log(JSON.stringify({ ...has, codes: ended.map(({ code }) => code) }));
} finally {
  folder[Symbol.dispose]();
}
