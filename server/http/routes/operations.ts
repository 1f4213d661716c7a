/** For those who run the server: is it alive, is it ready, what does it count. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry as Prometheus } from 'prom-client';
import { z } from 'zod';
import type { FleetHealth } from '../../contract/fleets.ts';
import { AppError } from '../../errors.ts';
import type { IngestCounters, SiteLags } from '../../ingest/types.ts';
import { Reply, type Route, route } from '../route.ts';
import type { Services } from '../services.ts';

type Counted = Exclude<keyof IngestCounters, 'deadLetters'>;
const HELP: Record<Counted, string> = {
  messages: 'MQTT messages received',
  batches: 'Batches appended to the log',
  sightings: 'Sightings appended to the log',
  duplicates: 'Batches dropped because they were in the log already',
  notAllowed: 'Rows whose UUID is not on the allowlist of the site',
  unlinkable: 'Rows of a day whose key is destroyed',
  unresolved: 'Rotating numbers that were nobody’s at the time',
  gaps: 'Batches that gateways reported as lost',
};

/** Round the bound that is asked for (1 s), and up to the deadline, after which nothing is sent. */
const HAND_OVER_SECONDS = [0.1, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 2, 3, 5, 7.5, 10];

function collector({ pipeline, registry, handOverTimes, outgoing, engineHealth }: Services): Prometheus {
  const prometheus = new Prometheus();
  collectDefaultMetrics({ register: prometheus });
  const registers = [prometheus];
  for (const [name, help] of Object.entries(HELP) as [Counted, string][])
    new Counter({
      name: `promenade_ingest_${name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}_total`,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(pipeline.counters()[name]);
      },
    });
  new Counter({
    name: 'promenade_ingest_dead_letters_total',
    help: 'Messages that could not be taken, by reason',
    labelNames: ['reason'],
    registers,
    collect() {
      this.reset();
      for (const [reason, count] of Object.entries(pipeline.counters().deadLetters)) this.inc({ reason }, count);
    },
  });
  new Gauge({
    name: 'promenade_gateways',
    help: 'Gateways by site and state',
    labelNames: ['site', 'state'],
    registers,
    collect() {
      this.reset();
      for (const { id } of registry.sites()) {
        const gateways = pipeline.snapshot(id)?.gateways ?? [];
        const online = gateways.filter((gateway) => gateway.online).length;
        this.set({ site: id, state: 'online' }, online);
        this.set({ site: id, state: 'offline' }, gateways.length - online);
      }
    },
  });
  const lag = (name: string, help: string, of: (lags: SiteLags) => number | undefined): Gauge =>
    new Gauge({
      name,
      help,
      labelNames: ['site'],
      registers,
      collect() {
        this.reset();
        for (const { id } of registry.sites()) {
          const lags = pipeline.lags?.(id);
          const value = lags && of(lags);
          if (value !== undefined) this.set({ site: id }, value);
        }
      },
    });
  lag(
    'promenade_live_behind_seconds',
    'From the clock of the site back to what the dashboard shows; of sites at a wall clock',
    ({ liveMs }) => (liveMs === undefined ? undefined : liveMs / 1_000),
  );
  lag(
    'promenade_analytics_behind_seconds',
    'From the clock of the site back to what the rows cover; half a minute by design',
    ({ analyticsMs }) => analyticsMs / 1_000,
  );
  lag(
    'promenade_pending_sightings',
    'Sightings in memory that wait for their turn in the analytics',
    ({ pendingSightings }) => pendingSightings,
  );
  const handOvers = new Histogram({
    name: 'promenade_offer_hand_over_seconds',
    help: 'From the sighting that completed the trigger to the answer of the phone (received) or of its push service (pushed)',
    labelNames: ['site', 'route'],
    buckets: HAND_OVER_SECONDS,
    registers,
  });
  handOverTimes?.onHandOver(({ siteId, route: by, latencyMs }) =>
    handOvers.observe({ site: siteId, route: by }, latencyMs / 1_000),
  );
  if (pipeline.fleets) collectFleets({ registry, pipeline }, registers);
  if (outgoing) collectDeliveries(outgoing, registers);
  if (engineHealth) collectEngine(engineHealth, registers);
  return prometheus;
}

/** From the start of the server, or of the fleet's present settings. */
function collectFleets({ registry, pipeline }: Pick<Services, 'registry' | 'pipeline'>, registers: Prometheus[]): void {
  const sum = (counts: readonly { count: number }[]): number => counts.reduce((total, { count }) => total + count, 0);
  const count = (name: string, help: string, of: (health: FleetHealth) => number): Counter =>
    new Counter({
      name: `promenade_fleet_${name}_total`,
      help,
      labelNames: ['site', 'fleet'],
      registers,
      collect() {
        this.reset();
        for (const { id: site } of registry.sites())
          for (const { id: fleet } of pipeline.fleets?.all(site) ?? []) {
            const health = pipeline.fleetHealth?.(site, fleet);
            if (health) this.inc({ site, fleet }, of(health));
          }
      },
    });
  count('messages', 'Messages of gateways of other makes', ({ messages }) => messages);
  count('sightings', 'Sightings that came of them', ({ sightings }) => sightings);
  count('ignored', 'Messages and readings that were well formed and of no use', ({ ignored }) => sum(ignored));
  count('unknown', 'Messages and readings that could not be read, or that nobody knows', ({ unknown }) => sum(unknown));
}

function collectEngine(health: NonNullable<Services['engineHealth']>, registers: Prometheus[]): void {
  new Gauge({
    name: 'promenade_engine_up',
    help: 'Whether the database of the time series takes what is committed',
    labelNames: ['engine'],
    registers,
    collect() {
      const { engine, problem } = health();
      this.set({ engine }, problem ? 0 : 1);
    },
  });
  new Gauge({
    name: 'promenade_engine_figures',
    help: 'What the engine of the time series counts: rows in its working set, rows and points read and written, requests made again',
    labelNames: ['engine', 'figure'],
    registers,
    collect() {
      const { engine, figures } = health();
      for (const [figure, value] of Object.entries(figures)) this.set({ engine, figure }, value);
    },
  });
}

function collectDeliveries(outgoing: NonNullable<Services['outgoing']>, registers: Prometheus[]): void {
  new Counter({
    name: 'promenade_webhook_attempts_total',
    help: 'Deliveries to webhooks: taken, failed (tried again later), given up (dead), not sent because somebody withdrew',
    labelNames: ['outcome'],
    registers,
    collect() {
      this.reset();
      const { delivered, failed, dead, withdrawn } = outgoing.totals();
      for (const [outcome, count] of Object.entries({ delivered, failed, dead, withdrawn }))
        this.inc({ outcome }, count);
    },
  });
  new Gauge({
    name: 'promenade_webhooks',
    help: 'Events that wait for a receiver, that were dropped because too many waited, and webhooks whose receiver fails',
    labelNames: ['site', 'state'],
    registers,
    collect() {
      this.reset();
      for (const { siteId, ...states } of outgoing.totals().bySite)
        for (const [state, count] of Object.entries(states)) this.set({ site: siteId, state }, count);
    },
  });
}

export function operationsRoutes(services: Services): Route[] {
  const { duck, pipeline, engineHealth } = services;
  const prometheus = collector(services);
  const health = z.object({ status: z.string() });
  return [
    route({
      method: 'get',
      root: true,
      path: '/healthz',
      summary: 'The process answers',
      access: { public: true, why: 'supervisors ask without credentials; tells nothing but that' },
      response: health,
      handler: () => ({ status: 'ok' }),
    }),
    route({
      method: 'get',
      root: true,
      path: '/readyz',
      summary: 'The log is recovered, messages are taken, the database answers',
      access: { public: true, why: 'load balancers ask without credentials; tells nothing but that' },
      response: health,
      async handler() {
        if (!pipeline.ready())
          throw new AppError(503, 'not-ready', 'the log is being recovered; ask again in a moment');
        try {
          await duck.get('select 1 as one');
        } catch {
          throw new AppError(503, 'not-ready', "the database does not answer; the server's log says why");
        }
        if (engineHealth?.().problem)
          throw new AppError(
            503,
            'not-ready',
            "the database of the time series does not answer; the server's log says why",
          );
        return { status: 'ready' };
      },
    }),
    route({
      method: 'get',
      root: true,
      path: '/metrics',
      summary: 'Prometheus metrics; on this machine, or with an API token of an owner',
      access: { public: true, why: 'scrapers on the same machine carry no token; the handler refuses all others' },
      contentTypes: ['text/plain'],
      async handler({ local, principal }) {
        const grants = principal && principal.kind !== 'shopper' ? principal.grants : [];
        // It counts over all sites, so a role on one of them does not suffice.
        if (!local && !grants.some((grant) => grant.siteId === null))
          throw new AppError(
            principal ? 403 : 401,
            principal ? 'forbidden' : 'unauthenticated',
            "metrics are answered on the server's own machine, or with an owner's API token",
          );
        return new Reply(200, await prometheus.metrics(), { headers: { 'content-type': prometheus.contentType } });
      },
    }),
  ];
}
