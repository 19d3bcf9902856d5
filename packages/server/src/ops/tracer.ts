/**
 * Traces for OpenTelemetry by OTLP/HTTP in JSON (opentelemetry.io/docs/specs/otlp, "OTLP/HTTP"): of some
 * requests a span with what was asked, how it ended and how long it took. No span knows of another one, of a
 * session, a log or an address.
 */
import type { Request } from '@polynya/protocol/requests';
import type { Random } from '@polynya/reach/clock';
import type {
  Outcome,
  SessionHandler,
  SessionLogic,
  SessionPort,
} from '@polynya/reach/server/session-handler';
import type { SteadyClock } from '@polynya/reach/steady-clock';
import { type Between, SessionThrough } from '../delivery/session-through.ts';
import { wordOf } from './outcome.ts';

/** Spans are sent together, so often. In ms. */
const PAUSE = 5_000;
/** Spans that wait to be sent; of more nothing is kept (count). */
const WAITING = 2_048;
/** Until the collector is taken for away, in ms. */
const PATIENCE = 3_000;
/** Of spans: SPAN_KIND_SERVER, and STATUS_CODE_ERROR. */
const [SERVER, ERROR] = [2, 2];

export interface Traces {
  /** The collector's URL for traces, such as `http://127.0.0.1:4318/v1/traces`. */
  readonly url: string;
  /** One request in so many. */
  readonly oneIn: number;
}

export interface TracerOptions extends Traces {
  readonly clock: SteadyClock;
  readonly random: Random;
}

/** `handler`, and before it a tracer where there is somebody to tell. */
export function traced(
  handler: SessionHandler,
  { traces, ...options }: Omit<TracerOptions, keyof Traces> & { readonly traces?: Traces },
): SessionHandler {
  return traces ? new Tracer(handler, { ...options, ...traces }) : handler;
}

/** Stands between sessions and what answers them. */
export class Tracer implements SessionHandler, Between {
  readonly #inner: SessionHandler;
  readonly #options: TracerOptions;
  #spans: object[] = [];
  #asked = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(inner: SessionHandler, options: TracerOptions) {
    this.#inner = inner;
    this.#options = options;
  }

  open(port: SessionPort): SessionLogic {
    return new SessionThrough(this, this.#inner.open(port));
  }

  /** Asks `logic`, and notes it if it is its turn. */
  call(logic: SessionLogic, request: Request, answered: (outcome: Outcome) => void): void {
    if (this.#asked++ % this.#options.oneIn !== 0) {
      logic.call(request, answered);
      return;
    }
    const { clock } = this.#options;
    const [began, started] = [clock.now(), clock.steady()];
    logic.call(request, (outcome) => {
      this.#note(request.op, wordOf(outcome), began, clock.steady() - started);
      answered(outcome);
    });
  }

  #note(name: string, outcome: string, began: number, ms: number): void {
    const { random } = this.#options;
    if (this.#spans.length >= WAITING) return;
    this.#spans.push({
      traceId: hex(random(16)),
      spanId: hex(random(8)),
      ...{ name, kind: SERVER },
      startTimeUnixNano: nanoseconds(began),
      endTimeUnixNano: nanoseconds(began + ms),
      attributes: [{ key: 'polynya.outcome', value: { stringValue: outcome } }],
      ...(outcome === 'bug' && { status: { code: ERROR } }),
    });
    this.#timer ??= setTimeout(() => void this.flush(), PAUSE).unref();
  }

  /** Sends what waits, if anybody takes it. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const spans = this.#spans;
    this.#spans = [];
    if (spans.length === 0) return;
    const name = { key: 'service.name', value: { stringValue: 'polynya' } };
    const scopeSpans = [{ scope: { name: 'polynya' }, spans }];
    const body = JSON.stringify({
      resourceSpans: [{ resource: { attributes: [name] }, scopeSpans }],
    });
    try {
      const answer = await fetch(this.#options.url, {
        ...{ method: 'POST', body, redirect: 'error' },
        headers: { 'content-type': 'application/json' },
        signal: AbortSignal.timeout(PATIENCE),
      });
      await answer.body?.cancel();
    } catch {
      // Nobody is there to take them: traces are a help, and never a reason to wait.
    }
  }
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** To the whole microsecond, as a decimal text: JSON has no such numbers. */
const nanoseconds = (ms: number): string => `${Math.round(ms * 1_000)}000`;
