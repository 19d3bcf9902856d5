/** `node migrate-child.ts FOLDER POSTGRES`: what `polynya migrate` does where no server runs. */
import { systemRandom } from '@polynya/reach/clock';
import { moveStopped } from '@polynya/server/migrate/move';

const [dataDir = '', postgres = ''] = process.argv.slice(2);
console.log('begins');
await moveStopped({ dataDir, postgres, random: systemRandom });
