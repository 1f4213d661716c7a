/** The composition root: the only place where the parts of the server meet. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openAudits } from './audits/audits.ts';
import { siteCertificates } from './audits/certified.ts';
import { type Auth, openAuth } from './auth/auth.ts';
import { createAedesSource } from './broker/aedesSource.ts';
import { createMqttSource } from './broker/mqttSource.ts';
import { openOffers } from './campaigns/open.ts';
import { Rehearsals } from './campaigns/rehearse.ts';
import type { ServerConfig } from './config.ts';
import { AVAILABILITY_TOPIC, homeAssistantStatusTopic } from './contract/outgoingTopics.ts';
import { Duck } from './db/duckdb.ts';
import { createSettling } from './db/figures/settling.ts';
import { migrate } from './db/migrations/index.ts';
import { openEngine } from './db/open.ts';
import { Exports } from './exports/exports.ts';
import { allRoutes } from './http/routes/all.ts';
import { createHttpServer, type HttpServer } from './http/server.ts';
import type { Services } from './http/services.ts';
import { type IdentityServices, openIdentities } from './identities/open.ts';
import { createPipeline, type IngestPipeline } from './ingest/pipeline.ts';
import type { Clock, MessageSource } from './ingest/types.ts';
import { createLiveHub } from './live/hub.ts';
import { listenBeside } from './outgoing/listenBeside.ts';
import { Outgoing } from './outgoing/open.ts';
import { createAudit } from './privacy/audit.ts';
import { openRegistry } from './registry/registry.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Of how gateways are: gateways tell it every ten seconds, and a chart shows hours. */
const CHART_EVERY_MS = 60_000;
const DEMO_TOKEN_MS = 7 * DAY_MS;

export interface Addresses {
  url: string;
  mqttUrl: string;
  /** Null once an owner can sign in. */
  signInUrl: string | null;
}

export interface App {
  start(): Promise<Addresses>;
  /** Commits what was received and leaves nothing running. */
  stop(): Promise<void>;
  /** For the simulators that a parent process starts beside this server. */
  issueDemoToken(): Promise<string>;
}

export interface AppParts {
  clock: Clock;
  /** What went wrong in the background. @default standard error */
  onProblem?: (what: string, error: Error) => void;
}

const prefixOf = ({ homeAssistant: { discovery, prefix } }: ServerConfig): string | null => (discovery ? prefix : null);

function createSource(config: ServerConfig, onProblem: (what: string, error: Error) => void): MessageSource {
  const homeAssistantPrefix = prefixOf(config);
  const { url, username, password, caFile, embedded } = config.mqtt;
  if (url === null)
    return createAedesSource({
      host: embedded.host,
      port: embedded.port,
      credentials: embedded.credentials.map(({ fleet, site, ...gateway }) => ({
        ...gateway,
        ...(fleet === null ? {} : { fleetId: fleet }),
        ...(site === null ? {} : { siteId: site }),
      })),
      readers: embedded.readers.map(({ site, ...reader }) => ({
        ...reader,
        ...(site === null ? {} : { siteId: site }),
      })),
      homeAssistantPrefix,
      onProblem,
    });
  return createMqttSource({
    url,
    clientId: 'promenade-server',
    availabilityTopic: AVAILABILITY_TOPIC,
    alsoSubscribe: homeAssistantPrefix === null ? [] : [homeAssistantStatusTopic(homeAssistantPrefix)],
    ...(username === null ? {} : { username }),
    ...(password === null ? {} : { password }),
    ...(caFile === null ? {} : { tls: { ca: readFileSync(caFile) } }),
    onProblem,
  });
}

class ComposedApp implements App {
  readonly #config: ServerConfig;
  readonly #clock: Clock;
  readonly #onProblem: (what: string, error: Error) => void;
  /** Set while it runs. */
  #auth: Auth | undefined;
  /** Ends what waits for others. */
  #stopping = new AbortController();
  /** What has been started, newest last, so that a failing start leaves nothing behind either. */
  readonly #stops: (() => Promise<void> | void)[] = [];

  constructor(config: ServerConfig, parts: AppParts) {
    this.#config = config;
    this.#clock = parts.clock;
    this.#onProblem =
      parts.onProblem ??
      ((what, error) => process.stderr.write(`${new Date().toISOString()} ${what}: ${error.message}\n`));
  }

  async start(): Promise<Addresses> {
    try {
      return await this.#start();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  async #start(): Promise<Addresses> {
    const config = this.#config;
    const clock = this.#clock;
    const onProblem = this.#onProblem;
    const { dataDir, http: web, demo, retention } = config;
    const { publicUrl } = web;
    mkdirSync(dataDir, { recursive: true });

    const duck = await Duck.open(join(dataDir, 'promenade.duckdb'), { memoryLimit: config.duckdb.memoryLimit });
    this.#stops.push(() => duck.close());
    await migrate(duck, clock());

    let pipeline: IngestPipeline | undefined;
    let apps: IdentityServices | undefined;
    const logKeptMs = retention.sightingsHours * HOUR_MS;
    const registry = await openRegistry(
      duck,
      clock,
      (siteId) => pipeline?.dataNowMs(siteId),
      // What is late by an outage may be as old again.
      logKeptMs + 48 * HOUR_MS,
    );
    const timeSeries = await openEngine(config, {
      duck,
      registry,
      nowMs: clock,
      onProblem,
      signal: this.#stopping.signal,
    });
    this.#stops.push(() => timeSeries.close());
    let outgoing: Outgoing | undefined;
    const source = createSource(config, onProblem);
    listenBeside(source, (topic, payload) => outgoing?.heard(topic, payload) === true);
    pipeline = createPipeline({
      source,
      registry,
      timeSeries,
      duck,
      dataDir,
      clock,
      onProblem,
      rotating: (siteId) => apps?.identities.numbers(siteId),
      options: { retentionMs: () => logKeptMs },
    });

    const auth = await openAuth(duck, clock);
    const audit = createAudit(duck, clock);
    const hub = createLiveHub({ auth, registry, publicUrl });
    const offers = openOffers({
      duck,
      reading: timeSeries,
      registry,
      pipeline,
      hub,
      clock,
      onError: (error) => onProblem('offers', error as Error),
      erasureJournalFile: join(dataDir, 'erasures.jsonl'),
      retentionDays: retention.identifiedVisitsDays,
      push: {
        keyFile: join(dataDir, 'vapid.json'),
        subject: config.push.contact ?? (publicUrl?.startsWith('https://') ? publicUrl : null),
      },
    });

    const identities = openIdentities({
      duck,
      dataDir,
      registry,
      pipeline,
      offers,
      clock,
      random: randomBytes,
      onProblem,
    });
    apps = identities;

    const audits = openAudits({
      duck,
      registry,
      pipeline,
      random: randomBytes,
      onProblem: (error) => onProblem('audits', error),
    });
    const started = pipeline;
    const rehearsals = new Rehearsals({
      duck,
      reading: timeSeries,
      registry,
      campaigns: offers.campaigns,
      certificates: (siteId) => siteCertificates(audits, registry, siteId),
      learnedRadio: (siteId) => started.learnedRadio(siteId),
    });
    const leaves = new Outgoing({
      duck,
      registry,
      questions: timeSeries,
      pipeline,
      offers,
      source,
      clock,
      onProblem,
      options: {
        keyFile: join(dataDir, 'secrets.key'),
        allowPrivateAddresses: config.outgoing.allowPrivateAddresses,
        allowPrivateAddressesToTenants: config.outgoing.allowPrivateAddressesToTenants,
        homeAssistantPrefix: prefixOf(config),
      },
    });
    outgoing = leaves;
    const exports = new Exports({ questions: timeSeries, reading: timeSeries, registry, dataDir, clock, onProblem });
    const services: Services = {
      duck,
      registry,
      questions: timeSeries,
      reading: timeSeries,
      engineHealth: () => timeSeries.health(),
      pipeline,
      auth,
      audit,
      clock,
      dataDir,
      publicUrl,
      changeGround: (change) => offers.campaigns.changeGround(change),
      handOverTimes: offers.handOverTimes,
      outgoing: leaves,
    };
    const http: HttpServer = createHttpServer({
      auth,
      registry,
      clock,
      publicUrl,
      trustedProxies: web.trustedProxies,
      live: hub,
      staticDir: join(import.meta.dirname, '..', 'web'),
      routes: allRoutes({
        services: { ...services, pipeline },
        offers,
        audits,
        rehearsals,
        identities,
        hub,
        outgoing: leaves,
        exports,
        demo,
        identifiedVisitsDays: retention.identifiedVisitsDays,
        reachedAt: () => publicUrl ?? http.url,
      }),
      onFailure: (error, where) => onProblem(where, error as Error),
    });

    for (const site of config.sites) if (!registry.site(site.id)) await registry.putSite(site);

    await offers.start();
    this.#stops.push(() => offers.stop());
    await identities.start();
    this.#stops.push(() => identities.stop());
    pipeline.onSnapshot((siteId, snapshot, heat) => {
      hub.publishLive(siteId, snapshot);
      hub.publishHeat(siteId, heat);
    });
    pipeline.onChangelog((siteId) => hub.publishChangelog(siteId));
    this.#stops.push(() => started.stop());
    await pipeline.start();
    await leaves.start();
    this.#stops.push(() => leaves.stop());
    exports.start();
    this.#stops.push(() => exports.stop());
    await audits.start();
    this.#stops.push(() => audits.stop());
    await http.start(web.port, web.host);
    this.#stops.push(() => http.stop());

    const settling = createSettling(timeSeries, registry, { onProblem });
    settling.start();
    this.#stops.push(() => settling.stop());

    const expire = async (): Promise<void> => {
      // A site that lives in its data keeps it.
      for (const site of registry.sites()) if (site.clock === 'wall') await timeSeries.expire(site.id, clock());
      await offers.expire(clock());
      await identities.expire(clock());
      await leaves.expire(clock());
      exports.expire();
      await audit.expire();
    };
    const housekeeping = setInterval(
      () => void expire().catch((error: Error) => onProblem('retention', error)),
      HOUR_MS,
    );
    this.#stops.push(() => clearInterval(housekeeping));

    const chart = async (): Promise<void> => {
      for (const { id } of registry.sites()) {
        const snapshot = started.snapshot(id);
        if (snapshot) await timeSeries.chart?.(id, snapshot.atMs, snapshot.gateways);
      }
    };
    const charting = setInterval(
      () => void chart().catch((error: Error) => onProblem('charts', error)),
      CHART_EVERY_MS,
    );
    this.#stops.push(() => clearInterval(charting));

    this.#auth = auth;
    const url = publicUrl ?? http.url;
    const token = await auth.createOwnerLinkIfNone();
    return { url, mqttUrl: source.url, signInUrl: token === undefined ? null : `${url}/#/welcome?token=${token}` };
  }

  async stop(): Promise<void> {
    const failures: unknown[] = [];
    this.#stopping.abort();
    this.#stopping = new AbortController();
    for (const stop of this.#stops.splice(0).reverse()) {
      try {
        await stop();
      } catch (error) {
        failures.push(error);
      }
    }
    this.#auth = undefined;
    if (failures.length > 0) throw failures[0];
  }

  async issueDemoToken(): Promise<string> {
    const auth = this.#auth;
    if (!auth) throw new Error('the server has not started');
    const { token } = await auth.createToken(
      'simulated mall',
      [{ role: 'owner', siteId: null, tenantId: null }],
      'start',
      this.#clock() + DEMO_TOKEN_MS,
    );
    return token;
  }
}

export function createApp(config: ServerConfig, parts: AppParts): App {
  return new ComposedApp(config, parts);
}
