/** `polynya statement`: where data is and how long it is kept, from the settings, for the host to publish. */
import { command } from '../command.ts';
import { Failure } from '../failure.ts';
import { readSettings, serverOptions } from '../host/settings.ts';
import { statementText } from '../host/statement-text.ts';
import { print } from '../terminal.ts';

export const statement = command({
  options: { ...serverOptions, language: { type: 'string' }, json: { type: 'boolean' } },
  takes: [0, 0],
  async run({ language = 'en', json, ...server }, _, terminal) {
    if (language !== 'en' && language !== 'ru') {
      throw new Failure(`--language takes en or ru, not "${language}".`, 2);
    }
    const { statement: about, config, postgres } = readSettings(server, terminal.env);
    const facts = { ...about, keep: config.keep, storage: postgres ? 'postgres' : 'sqlite' };
    print(terminal, json ? JSON.stringify(facts) : statementText(facts, language).trimEnd());
  },
});
