import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { ServiceState, StateTotals } from '../../engine/service/service-state.ts';

/** Numbers of a service in the text form of Prometheus. */
export interface ServiceMetrics {
  readonly contentType: string;
  answered(method: string, route: string, status: number, seconds: number): void;
  asked(results: number): void;
  took(bytes: number): void;
  gave(bytes: number): void;
  published(outcome: 'ok' | 'failed'): void;
  text(): Promise<string>;
}

const GAUGES: readonly (readonly [string, string, (totals: StateTotals) => number])[] = [
  ['keys', 'Keys that builders reported.', ({ keys }) => keys],
  ['links', 'Links between keys.', ({ links }) => links],
  ['results', 'Results that builders reported.', ({ results }) => results],
  ['pushed_results', 'Results whose layers were pushed.', ({ pushedResults }) => pushedResults],
  ['layers', 'Distinct layers of pushed results.', ({ layers }) => layers],
  ['layer_bytes', 'Bytes of distinct layers.', ({ layerBytes }) => layerBytes],
  [
    'saved_bytes',
    'Bytes that layers shared by several results save.',
    ({ namedBytes, layerBytes }) => namedBytes - layerBytes,
  ],
];

/** Creates the metrics of one service. Totals are counted when they are asked for. */
export function createServiceMetrics(state: ServiceState): ServiceMetrics {
  const register = new Registry();
  const registers = [register];
  const name = (text: string) => `cachewright_service_${text}`;
  const gauges = GAUGES.map(([text, help, value]) => ({
    gauge: new Gauge({ name: name(text), help, registers }),
    value,
  }));
  const counter = (text: string, help: string) => new Counter({ name: name(text), help, registers });
  const asked = counter('asked_results_total', 'Results that builders were asked for.');
  const took = counter('received_bytes_total', 'Bytes of layers that builders pushed to the service itself.');
  const gave = counter('sent_bytes_total', 'Bytes of layers that the service itself gave.');
  const published = new Counter({
    name: name('published_total'),
    help: 'Publications.',
    labelNames: ['outcome'],
    registers,
  });
  const labelNames = ['method', 'route', 'status'] as const;
  const requests = new Counter({
    name: name('requests_total'),
    help: 'Requests that were answered.',
    labelNames,
    registers,
  });
  const seconds = new Histogram({
    name: name('request_seconds'),
    help: 'Time from the request to the end of the answer.',
    labelNames: ['method', 'route'],
    buckets: [0.01, 0.1, 1, 10, 60],
    registers,
  });
  return {
    contentType: register.contentType,
    answered(method, route, status, took) {
      requests.inc({ method, route, status });
      seconds.observe({ method, route }, took);
    },
    asked: (results) => asked.inc(results),
    took: (bytes) => took.inc(bytes),
    gave: (bytes) => gave.inc(bytes),
    published: (outcome) => published.inc({ outcome }),
    async text() {
      const totals = await state.totals();
      for (const { gauge, value } of gauges) gauge.set(value(totals));
      return register.metrics();
    },
  };
}
