/** A server on a free port over a database in memory, with one person of each role. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Auth, openAuth } from '../../server/auth/auth.ts';
import type { LiveHeat, LiveSnapshot } from '../../server/contract/live.ts';
import type { Floor, Gateway, Site, Zone } from '../../server/contract/model.ts';
import { Duck } from '../../server/db/duckdb.ts';
import { openTimeSeries } from '../../server/db/duckTimeSeries.ts';
import { migrate } from '../../server/db/migrations/index.ts';
import type { Questions } from '../../server/db/timeSeries.ts';
import type { ClonedCarrier } from '../../server/engine/clones.ts';
import type { HeardGateway } from '../../server/fleets/heardGateways.ts';
import type { Grant, Role, Route } from '../../server/http/route.ts';
import { coreRoutes } from '../../server/http/routes/index.ts';
import { createHttpServer, type HttpServer } from '../../server/http/server.ts';
import type { PipelineView, Services } from '../../server/http/services.ts';
import type { DeadLetter } from '../../server/ingest/types.ts';
import { createLiveHub, type LiveServer } from '../../server/live/hub.ts';
import { createAudit } from '../../server/privacy/audit.ts';
import { openRegistry } from '../../server/registry/registry.ts';
import type { Registry } from '../../server/registry/types.ts';
import { OpenApiCheck, type OpenApiDocument } from '../support/openApiCheck.ts';

export const NOW = Date.UTC(2026, 4, 4, 10);
export const UUID = 'f7826da6-4fa2-4e98-8024-bc5b71e0893e';
export const CHEAP_SCRYPT = { n: 2 ** 10, r: 8, p: 1 };

export const aSite = (id: string): Site => ({
  id,
  name: id,
  timezone: 'Europe/Prague',
  currency: 'EUR',
  clock: 'wall',
  uuids: [UUID],
  countUnknowns: false,
  historyFromMs: null,
  historyUntilMs: null,
});
export const aFloor = (id: string): Floor => ({
  id,
  name: id,
  level: 0,
  widthM: 50,
  heightM: 30,
  outline: null,
  walls: [],
  image: null,
});
/** A square of 8 m whose lower left corner is at x, y. */
export const aZone = (
  id: string,
  tenantId: string | null,
  x: number,
  y: number,
  kind: Zone['kind'] = 'shop',
): Zone => ({
  id,
  floorId: 'f0',
  name: id,
  kind,
  shape: {
    type: 'polygon',
    rings: [
      [
        [x, y],
        [x + 8, y],
        [x + 8, y + 8],
        [x, y + 8],
      ],
    ],
  },
  tenantId,
  minStaySeconds: null,
});
export const aGateway = (id: string): Gateway => ({ id, floorId: 'f0', xM: 1, yM: 1, zM: 2.5, enabled: true });

/** What was asked, so that tests see what reached the questions. */
export interface FakeQuestions extends Questions {
  asked: unknown[];
}
function fakeQuestions(): FakeQuestions {
  const asked: unknown[] = [];
  const note = <T>(answer: T) => {
    return (query: unknown): Promise<T> => {
      asked.push(query);
      return Promise.resolve(answer);
    };
  };
  return {
    asked,
    series: note({ metric: 'footfall', interval: 'hour', timezone: 'Europe/Prague', series: [] }),
    peakHours: note({ timezone: 'Europe/Prague', grid: [], peak: null, excludedDays: [] }),
    heatmap: note({
      floor: 'f0',
      cellM: 1,
      measure: 'dwell',
      unit: 'secondsPerM2',
      max: 0,
      coverage: 1,
      state: 'final',
      suppressedCells: 0,
      cells: [],
    }),
    affinity: note({ pairs: [], coverage: 1 }),
    flows: note({ flows: [], suppressed: 0, coverage: 1 }),
    people: note({
      interval: 'hour',
      timezone: 'Europe/Prague',
      zone: null,
      series: [],
      ratio: null,
      unusedCounts: 0,
    }),
    changelog: note({ timezone: 'Europe/Prague', entries: [], more: false, awaited: [] }),
    returning: note({
      identified: null,
      returning: null,
      share: null,
      low: null,
      high: null,
      windowDays: 30,
      coverage: 1,
    }),
  };
}

export interface FakePipeline extends PipelineView {
  isReady: boolean;
  letters: DeadLetter[];
  waiting: HeardGateway[];
  snapshots: Map<string, LiveSnapshot>;
  heats: Map<string, LiveHeat>;
  cloned: ClonedCarrier[];
  radio: unknown;
}
function fakePipeline(): FakePipeline {
  const fake: FakePipeline = {
    isReady: true,
    letters: [],
    waiting: [],
    snapshots: new Map(),
    heats: new Map(),
    nowMs: () => NOW,
    ready: () => fake.isReady,
    counters: () => ({
      messages: 7,
      batches: 6,
      sightings: 5,
      duplicates: 4,
      notAllowed: 3,
      unlinkable: 2,
      unresolved: 0,
      gaps: 1,
      deadLetters: { schema: 8 },
    }),
    deadLetters: (siteId, limit) =>
      Promise.resolve(fake.letters.filter((letter) => letter.siteId === siteId).slice(0, limit)),
    waitingGateways: (siteId) => fake.waiting.filter((one) => one.siteId === siteId),
    gatewayHealth: () => [],
    gatewayHistory: async () => [],
    gatewayAdverts: async () => ({ start: '2024-03-04T00:00:00.000Z', slotSeconds: 900, gateways: [] }),
    snapshot: (siteId) => fake.snapshots.get(siteId),
    heat: (siteId) => fake.heats.get(siteId),
    clones: () => fake.cloned,
    learnedRadio: () => fake.radio,
    radio: undefined,
    cloned: [],
  };
  return fake;
}

export interface Answer<T = unknown> {
  status: number;
  headers: Headers;
  text: string;
  body: T;
}
export interface Asking {
  as?: Person;
  cookie?: string;
  bearer?: string;
  body?: unknown;
  raw?: Uint8Array;
  contentType?: string;
  /** Null sends none. Default: the server's own. */
  origin?: string | null;
  headers?: Record<string, string>;
}

/** One of each role on `mall`, and a manager of `other`. */
export const PEOPLE = ['owner', 'manager', 'retailer', 'installer', 'till', 'shopper', 'stranger'] as const;
export type Person = (typeof PEOPLE)[number];
const GRANTS: Record<Exclude<Person, 'shopper'>, Grant> = {
  owner: { role: 'owner', siteId: null, tenantId: null },
  manager: { role: 'manager', siteId: 'mall', tenantId: null },
  retailer: { role: 'retailer', siteId: 'mall', tenantId: 'shoes' },
  installer: { role: 'installer', siteId: 'mall', tenantId: null },
  till: { role: 'till', siteId: 'mall', tenantId: 'shoes' },
  stranger: { role: 'manager', siteId: 'other', tenantId: null },
};
export const roleOf = (person: Person): Role => (person === 'shopper' ? 'shopper' : GRANTS[person].role);

export interface HarnessOptions {
  /** Beside the core's. */
  routes?: (services: Services, hub: LiveServer) => Route[];
  staticDir?: string;
  publicUrl?: string;
}

export class Harness {
  nowMs = NOW;
  readonly cookies = new Map<Person, string>();
  readonly accountIds = new Map<Person, string>();
  readonly failures: unknown[] = [];
  readonly questions = fakeQuestions();
  readonly pipeline = fakePipeline();
  readonly dataDir = mkdtempSync(join(tmpdir(), 'http-'));
  duck!: Duck;
  registry!: Registry;
  auth!: Auth;
  hub!: LiveServer;
  server!: HttpServer;
  services!: Services;
  /** Every answer to `ask` is held to the OpenAPI document. */
  documented!: OpenApiCheck;

  static async open(options: HarnessOptions = {}): Promise<Harness> {
    const harness = new Harness();
    await harness.#open(options);
    return harness;
  }

  async #open(options: HarnessOptions): Promise<void> {
    const clock = () => this.nowMs;
    this.duck = await Duck.open(':memory:', { threads: 1, memoryLimit: '200MB' });
    await migrate(this.duck, NOW);
    this.registry = await openRegistry(this.duck, clock, () => undefined);
    this.auth = await openAuth(this.duck, clock, { scryptCost: CHEAP_SCRYPT });
    const publicUrl = options.publicUrl ?? null;
    this.hub = createLiveHub({ auth: this.auth, registry: this.registry, publicUrl });
    this.services = {
      duck: this.duck,
      registry: this.registry,
      questions: this.questions,
      reading: openTimeSeries(this.duck, this.registry),
      pipeline: this.pipeline,
      auth: this.auth,
      audit: createAudit(this.duck, clock),
      clock,
      // No campaigns here.
      changeGround: ({ apply }) => apply(),
      dataDir: this.dataDir,
      publicUrl,
    };
    this.server = createHttpServer({
      auth: this.auth,
      registry: this.registry,
      clock,
      publicUrl,
      routes: [...coreRoutes(this.services), ...(options.routes?.(this.services, this.hub) ?? [])],
      staticDir: options.staticDir ?? join(this.dataDir, 'no-pages'),
      live: this.hub,
      onFailure: (error) => this.failures.push(error),
    });
    await this.server.start(0, '127.0.0.1');
    const document = await fetch(`${this.server.url}/api/v1/openapi.json`);
    this.documented = new OpenApiCheck((await document.json()) as OpenApiDocument);

    await this.registry.putSite(aSite('mall'));
    await this.registry.putSite(aSite('other'));
    await this.registry.floors.put('mall', aFloor('f0'));
    await this.registry.zones.putAll('mall', [
      aZone('shoes-shop', 'shoes', 0, 0),
      aZone('hats-shop', 'hats', 10, 0),
      aZone('free-shop', null, 20, 0),
      aZone('door', null, 30, 0, 'entrance'),
      aZone('hall', null, 0, 10, 'corridor'),
    ]);
    await this.registry.gateways.put('mall', aGateway('g1'));
    for (const person of PEOPLE) await this.signIn(person);
  }

  /** A new session of that person. */
  async signIn(person: Person): Promise<string> {
    if (person === 'shopper') {
      const { name, value } = await this.auth.issueShopperSession('s-one', 'mall');
      return this.#remember(person, `${name}=${value}`);
    }
    let token: string;
    const known = this.accountIds.get(person);
    if (known) token = (await this.auth.newLink(known)).token;
    else {
      const invited = await this.auth.invite(`${person}@example.com`, null, [GRANTS[person]]);
      this.accountIds.set(person, invited.account.id);
      token = invited.token;
    }
    const { cookie } = await this.auth.consumeLink(token);
    return this.#remember(person, `${cookie.name}=${cookie.value}`);
  }
  #remember(person: Person, cookie: string): string {
    this.cookies.set(person, cookie);
    return cookie;
  }

  async ask<T = unknown>(method: string, path: string, asking: Asking = {}): Promise<Answer<T>> {
    const headers: Record<string, string> = { ...asking.headers };
    const cookie = asking.cookie ?? (asking.as && this.cookies.get(asking.as));
    if (cookie) headers.cookie = cookie;
    if (asking.bearer) headers.authorization = `Bearer ${asking.bearer}`;
    if (asking.origin !== null) headers.origin = asking.origin ?? this.server.url;
    if (asking.raw) headers['content-type'] = asking.contentType ?? 'image/png';
    else if (asking.body !== undefined) headers['content-type'] = asking.contentType ?? 'application/json';
    const body = asking.raw ?? (typeof asking.body === 'string' ? asking.body : JSON.stringify(asking.body));
    const url = `${this.server.url}${path.startsWith('//') ? path.slice(1) : `/api/v1${path}`}`;
    const response = await fetch(url, {
      method: method.toUpperCase(),
      headers,
      redirect: 'manual',
      ...(body === undefined ? {} : { body: body as BodyInit }),
    });
    const text = await response.text();
    this.documented.check(method, url, { status: response.status, headers: response.headers, text });
    const isJson = response.headers.get('content-type')?.includes('json') ?? false;
    const parsed = (isJson ? JSON.parse(text) : undefined) as T;
    return { status: response.status, headers: response.headers, text, body: parsed };
  }

  async close(): Promise<void> {
    await this.server.stop();
    await this.duck.close();
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}
