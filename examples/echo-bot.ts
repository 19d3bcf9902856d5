/** Says back whatever is said to it. `npm run -s example -- echo-bot LINK`, then Ctrl-C to stop. */
import { runBot } from '@polynya/cli/bot';

const [link] = process.argv.slice(2);

await runBot({ link, name: 'Echo', profile: '.polynya/echo-bot' }, async (message) => {
  if (message.text) await message.reply(message.text);
});
