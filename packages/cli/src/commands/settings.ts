/** `polynya settings`: a configuration file with every setting and what it does. */
import { command } from '../command.ts';
import { documentedFile } from '../host/setting-list.ts';
import { print } from '../terminal.ts';

export const settings = command({
  options: {},
  takes: [0, 0],
  async run(_, __, terminal) {
    print(terminal, documentedFile().trimEnd());
  },
});
