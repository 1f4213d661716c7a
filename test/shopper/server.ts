/** The real HTTP server, sign-in and sockets over a mall in memory; only the live engine is played. */
import { io, type Socket } from 'socket.io-client';
import { type Auth, openAuth } from '../../server/auth/auth.ts';
import { type OfferServices, openOffers } from '../../server/campaigns/open.ts';
import type { LiveHeat, ShopperServerEvents } from '../../server/contract/live.ts';
import type { ConsentText, Purpose } from '../../server/contract/offers.ts';
import { Duck } from '../../server/db/duckdb.ts';
import { openTimeSeries } from '../../server/db/duckTimeSeries.ts';
import { migrate } from '../../server/db/migrations/index.ts';
import type { Grant } from '../../server/http/route.ts';
import { authRoutes } from '../../server/http/routes/auth.ts';
import { basketRoutes } from '../../server/http/routes/baskets.ts';
import { campaignRoutes } from '../../server/http/routes/campaigns.ts';
import { demoRoutes } from '../../server/http/routes/demo.ts';
import { imageRoutes } from '../../server/http/routes/images.ts';
import { pushRoutes } from '../../server/http/routes/push.ts';
import { redemptionRoutes } from '../../server/http/routes/redemptions.ts';
import { shopperRoutes } from '../../server/http/routes/shopper.ts';
import { shopperClubRoutes } from '../../server/http/routes/shopperClub.ts';
import { shopperMapRoutes } from '../../server/http/routes/shopperMap.ts';
import { tagRoutes } from '../../server/http/routes/tags.ts';
import { zoneRoutes } from '../../server/http/routes/zones.ts';
import { createHttpServer } from '../../server/http/server.ts';
import type { PipelineView } from '../../server/http/services.ts';
import { createLiveHub } from '../../server/live/hub.ts';
import { type Audit, createAudit } from '../../server/privacy/audit.ts';
import { openRegistry } from '../../server/registry/registry.ts';
import type { Registry } from '../../server/registry/types.ts';
import { fillSite, NOW, SITE, StubPipeline } from '../campaigns/world.ts';

export interface Answer<T = unknown> {
  status: number;
  body: T;
  cookie: string | undefined;
}

/** A browser or a program: keeps its cookie, sends the origin as a page would. */
export class Client {
  readonly #base: string;
  cookie: string | undefined;
  readonly #token: string | undefined;
  constructor(base: string, options: { token?: string } = {}) {
    this.#base = base;
    this.#token = options.token;
  }
  get authorization(): Record<string, string> {
    return this.#token === undefined ? {} : { authorization: `Bearer ${this.#token}` };
  }
  async send<T = Record<string, unknown>>(method: string, path: string, body?: unknown): Promise<Answer<T>> {
    const response = await fetch(`${this.#base}/api/v1${path}`, {
      method,
      headers: {
        origin: this.#base,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(this.cookie === undefined ? {} : { cookie: this.cookie }),
        ...this.authorization,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const set = response.headers.get('set-cookie')?.split(';')[0];
    if (set !== undefined) this.cookie = set;
    const text = await response.text();
    return { status: response.status, body: (text === '' ? undefined : JSON.parse(text)) as T, cookie: set };
  }
  get = <T>(path: string) => this.send<T>('GET', path);
  post = <T>(path: string, body: unknown = {}) => this.send<T>('POST', path, body);
  put = <T>(path: string, body: unknown) => this.send<T>('PUT', path, body);
  delete = <T>(path: string) => this.send<T>('DELETE', path);
}

export interface Mall {
  url: string;
  clock: { nowMs: number };
  duck: Duck;
  registry: Registry;
  services: OfferServices;
  pipeline: StubPipeline;
  auth: Auth;
  audit: Audit;
  /** What the live engine tells of where people are. */
  heat: { now: LiveHeat | undefined };
  errors: unknown[];
  anonymous(): Client;
  /** An account by API token, with these grants on the site. */
  account(...grants: Partial<Grant>[]): Promise<Client>;
  shopper(purposes?: Purpose[]): Promise<Client>;
  /** The phone's socket; resolves once connected. */
  phone(shopper: Client): Promise<Socket<ShopperServerEvents>>;
  close(): Promise<void>;
}

/** Sign-in asks nothing of it. */
const idle: PipelineView = {
  nowMs: () => NOW,
  ready: () => true,
  clones: () => [],
  learnedRadio: () => undefined,
  counters: () => ({
    messages: 0,
    batches: 0,
    sightings: 0,
    duplicates: 0,
    notAllowed: 0,
    unlinkable: 0,
    unresolved: 0,
    gaps: 0,
    deadLetters: {},
  }),
  deadLetters: async () => [],
  waitingGateways: () => [],
  gatewayHealth: () => [],
  gatewayHistory: async () => [],
  gatewayAdverts: async () => ({ start: '2024-03-04T00:00:00.000Z', slotSeconds: 900, gateways: [] }),
  snapshot: () => undefined,
  heat: () => undefined,
};

export async function openMall(options: { demo?: boolean; staticDir?: string; nowMs?: number } = {}): Promise<Mall> {
  const demo = options.demo ?? false;
  const duck = await Duck.open(':memory:');
  await migrate(duck, NOW);
  const time = { nowMs: options.nowMs ?? NOW };
  const clock = () => time.nowMs;
  const registry = await openRegistry(duck, clock, clock);
  await fillSite(registry);
  const auth = await openAuth(duck, clock);
  const audit = createAudit(duck, clock);
  const hub = createLiveHub({ auth, registry, publicUrl: null });
  const pipeline = new StubPipeline();
  pipeline.nowMs = time.nowMs;
  const heat: Mall['heat'] = { now: undefined };
  const errors: unknown[] = [];
  const onError = (error: unknown) => errors.push(error);
  const services = openOffers({
    duck,
    reading: openTimeSeries(duck, registry),
    registry,
    pipeline,
    hub,
    clock,
    onError,
    erasureJournalFile: undefined,
  });
  await services.start();
  const { campaigns } = services;
  const changeGround: typeof campaigns.changeGround = (change) => campaigns.changeGround(change);
  const server = createHttpServer({
    auth,
    registry,
    clock,
    publicUrl: null,
    staticDir: options.staticDir ?? '/nonexistent',
    live: hub,
    onFailure: onError,
    routes: [
      ...campaignRoutes({ services, registry, audit }),
      ...zoneRoutes({ registry, changeGround }),
      ...basketRoutes({ services, registry }),
      ...imageRoutes({ services }),
      ...redemptionRoutes({ services, registry, audit }),
      ...shopperRoutes({ services, registry, hub, auth, audit, demo }),
      ...pushRoutes({ services }),
      ...shopperClubRoutes({ services, registry }),
      ...shopperMapRoutes({
        services,
        registry,
        pipeline: { heat: () => heat.now },
        questions: openTimeSeries(duck, registry),
        images: { read: async () => undefined },
      }),
      ...demoRoutes({ services, registry, pipeline, hub, demo }),
      ...tagRoutes({ services, registry, audit, publicUrl: () => 'https://mall.example' }),
      ...authRoutes({
        duck,
        registry,
        questions: openTimeSeries(duck, registry),
        reading: openTimeSeries(duck, registry),
        pipeline: idle,
        auth,
        audit,
        clock,
        changeGround,
        dataDir: '/nonexistent',
        publicUrl: null,
      }),
    ],
  });
  await server.start(0, '127.0.0.1');
  const sockets: Socket[] = [];
  const mall: Mall = {
    url: server.url,
    clock: time,
    duck,
    registry,
    services,
    pipeline,
    auth,
    audit,
    heat,
    errors,
    anonymous: () => new Client(server.url),
    async account(...grants) {
      const full = grants.map((grant): Grant => ({ role: 'manager', siteId: SITE, tenantId: null, ...grant }));
      const { token } = await auth.createToken('test', full, 'test', null);
      return new Client(server.url, { token });
    },
    async shopper(purposes = ['presence', 'push']) {
      const client = new Client(server.url);
      const texts = await client.get<{ consents: ConsentText[] }>(`/shopper/site/${SITE}?language=cs`);
      const consents = texts.body.consents
        .filter((text) => purposes.includes(text.purpose))
        .map(({ purpose, version, textHash }) => ({ purpose, version, textHash, language: 'cs' }));
      const started = await client.post('/shopper/start', { site: SITE, consents, language: 'cs' });
      if (started.status !== 201) throw new Error(`start: ${started.status} ${JSON.stringify(started.body)}`);
      return client;
    },
    async phone(shopper) {
      const socket: Socket<ShopperServerEvents> = io(`${server.url}/shopper`, {
        transports: ['websocket'],
        extraHeaders: { cookie: shopper.cookie!, origin: server.url },
        reconnection: false,
      });
      sockets.push(socket);
      await new Promise<void>((resolve, reject) => {
        socket.once('connect', resolve);
        socket.once('connect_error', reject);
      });
      return socket;
    },
    async close() {
      for (const socket of sockets) socket.disconnect();
      await services.stop();
      await server.stop();
      await duck.close();
    },
  };
  return mall;
}
