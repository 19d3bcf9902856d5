/**
 * `polynya doctor`: what stands between this profile and its server, and what is being done to the line. Exit
 * code 1 if anything is in the way. Sites given by --home and --abroad are looked at for comparison, the STUN
 * server given by --stun is asked whether datagrams pass; none otherwise. --ooni writes the look to a file.
 */
import { writeFile } from 'node:fs/promises';
import type { AppStatus } from '@polynya/messenger/api';
import { diagnose, Notes, ooniMeasurement } from '@polynya/messenger/line/diagnosis';
import { answer } from '../client/answers.ts';
import { withMessenger } from '../client/profile.ts';
import { command, profileOption } from '../command.ts';
import { look } from '../doctor/look.ts';
import { diagnosisLine, languageOf } from '../doctor/words.ts';
import { Failure } from '../failure.ts';
import { cleanJson, cleanLine } from '../render/clean.ts';
import { lineWords } from '../render/line.ts';
import { span } from '../render/units.ts';
import { print } from '../terminal.ts';
import { version } from '../version.ts';

/** How long the line may take before it counts as down, ms. */
const PATIENCE = 10_000;

export const doctor = command({
  options: {
    ...profileOption,
    home: { type: 'string', multiple: true },
    abroad: { type: 'string', multiple: true },
    stun: { type: 'string' },
    ooni: { type: 'string' },
    json: { type: 'boolean' },
  },
  takes: [0, 0],
  async run({ profile, home = [], abroad = [], stun, ooni, json }, _, terminal) {
    if (!json) print(terminal, `polynya ${version()}, Node ${process.versions.node}`);
    await withMessenger(profile, terminal, async (messenger) => {
      const query = { query: 'status' } as const;
      const signal = AbortSignal.any([AbortSignal.timeout(PATIENCE), terminal.ended]);
      const online = (status: AppStatus) => status.me === null || status.line === 'online';
      // Which endpoints are the server's own is known once the line is begun.
      const begun = ({ me, line }: AppStatus) => me === null || line !== 'offline';
      const { me, endpoints } = await answer(messenger, query, begun, signal).catch(() =>
        answer(messenger, query),
      );
      const notes = new Notes();
      const looked = me && (await look(endpoints, { home, abroad, stun }, notes));
      const status = await answer(messenger, query, online, signal).catch(() =>
        answer(messenger, query),
      );
      const seen = looked && { ...looked, reached: status.line === 'online' };
      const finding = seen && diagnose(seen);
      if (json)
        print(terminal, cleanJson({ line: status.line, way: status.way, ...finding, seen }));
      else
        print(
          terminal,
          ...statusLines(status),
          ...(finding ? [diagnosisLine(finding, languageOf(terminal.env))] : []),
        );
      if (ooni !== undefined && seen && finding) {
        const measurement = ooniMeasurement({ notes, seen, finding, version: version() });
        await writeFile(ooni, `${JSON.stringify(measurement)}\n`);
      }
      if (troubled(status)) throw new Failure('Something above needs attention.');
    });
  },
});

function troubled({ me, line, clockOff, storageFull, outdated }: AppStatus): boolean {
  return (me !== null && line !== 'online') || clockOff !== null || storageFull || outdated;
}

/** What there is to say about a status, a line each. */
export function statusLines(status: AppStatus): string[] {
  const { me, clockOff, storageFull, outdated, build } = status;
  if (!me) return ['Nobody has joined with this profile yet: polynya join LINK --name NAME'];
  const lines = [`You are ${cleanLine(me.name)} #${me.tag}.`, lineWords(status)];
  if (clockOff === null) lines.push('Clock: right.');
  else {
    const way = clockOff > 0 ? 'ahead of' : 'behind';
    lines.push(`Clock: ${span(Math.abs(clockOff))} ${way} the server's; set it right.`);
  }
  lines.push(storageFull ? 'Disk: full; free some space.' : 'Disk: fine.');
  if (outdated) lines.push('Protocol: none is shared with the server; update this program.');
  if (build) lines.push(`Server's build: ${cleanLine(build)}.`);
  return lines;
}
