/** Metrics in Prometheus' text format (exposition format 0.0.4): counts and sizes, nothing of anybody. */
import type { ServerStatus } from '../host/host-desk.ts';
import { BOUNDS, type Meter } from './meter.ts';

export interface Metrics {
  readonly status: ServerStatus;
  readonly meter: Pick<Meter, 'requests' | 'took' | 'secondsInAll' | 'underWay'>;
  /** Lines of the server's own log, by event. */
  readonly events: ReadonlyMap<string, number>;
  /** How late the event loop was at worst since it was asked last, in seconds. */
  readonly loopDelay: number;
  /** Of this process, so far. */
  readonly cpuSeconds: number;
}

export const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

type Sample = readonly [labels: string, value: number];

export function metricsText({ status, meter, events, loopDelay, cpuSeconds }: Metrics): string {
  const one = (value: number): Sample[] => [['', value]];
  const requests = [...meter.requests].map(([what, count]): Sample => {
    const [op, outcome] = what.split(' ');
    return [`{op="${op}",outcome="${outcome}"}`, count];
  });
  const parts = [
    metric('up_seconds', 'gauge', 'Since the server started.', one(status.upSeconds)),
    metric('connections', 'gauge', 'Open connections.', one(status.connections)),
    metric('sessions', 'gauge', 'Sealed sessions.', one(status.sessions)),
    metric('watched_logs', 'gauge', 'Logs that somebody watches.', one(status.watched)),
    metric('stored_bytes', 'gauge', 'Stored in the database.', one(status.storedBytes)),
    metric('stored_bytes_limit', 'gauge', 'Above it the oldest go.', one(status.keep.maxBytes)),
    metric('disk_free_bytes', 'gauge', 'Left on the disk of the data.', one(status.freeBytes)),
    metric('memory_bytes', 'gauge', 'Resident memory.', one(status.memoryBytes)),
    metric('cpu_seconds_total', 'counter', 'Processor time used.', one(cpuSeconds)),
    metric('event_loop_delay_seconds', 'gauge', 'The worst since the last scrape.', one(loopDelay)),
    metric(
      'retention_last_run_seconds',
      'gauge',
      'When retention ran last, since 1970; 0 before.',
      one(status.retained ?? 0),
    ),
    metric('requests_under_way', 'gauge', 'Not answered yet.', one(meter.underWay)),
    metric('requests_total', 'counter', 'Requests, by kind and how they ended.', requests),
    metric(
      'log_events_total',
      'counter',
      "Lines of the server's log.",
      [...events].map(([event, count]) => [`{event="${event}"}`, count]),
    ),
    histogram(meter),
  ];
  return parts.join('');
}

function metric(name: string, type: string, help: string, samples: readonly Sample[]): string {
  const full = `polynya_${name}`;
  const lines = samples.map(([labels, value]) => `${full}${labels} ${value}\n`).join('');
  return `# HELP ${full} ${help}\n# TYPE ${full} ${type}\n${lines}`;
}

function histogram({ took, secondsInAll }: Pick<Meter, 'took' | 'secondsInAll'>): string {
  const name = 'polynya_request_seconds';
  let sum = 0;
  const lines = [...BOUNDS, '+Inf'].map((bound, i) => {
    sum += took[i] ?? 0;
    return `${name}_bucket{le="${bound}"} ${sum}\n`;
  });
  return [
    `# HELP ${name} From a request's arrival to its answer.\n# TYPE ${name} histogram\n`,
    ...lines,
    `${name}_sum ${secondsInAll}\n${name}_count ${sum}\n`,
  ].join('');
}
