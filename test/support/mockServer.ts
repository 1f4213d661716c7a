/** A stand-in for the server, for building and testing the dashboard alone: the built pages, the routes, the live stream. */
import { createReadStream, existsSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { Server } from 'socket.io';
import type { WalkAuditDetail, Waypoint } from '../../server/contract/calibration.ts';
import { DEFAULT_DEFINITIONS } from '../../server/contract/definitions.ts';
import type {
  DashboardClientEvents,
  DashboardServerEvents,
  LiveHeat,
  LiveSnapshot,
} from '../../server/contract/live.ts';
import type { Interval, Metric } from '../../server/contract/metrics.ts';
import type { Floor, Gateway, Zone } from '../../server/contract/model.ts';
import { overlapShare } from '../../server/floor/geometry.ts';
import type { Grant } from '../../server/http/route.ts';
import { seenByTenant } from '../../server/http/routes/zones.ts';
import { MockCampaigns, Refusal } from './mockCampaigns.ts';
import { changelogOf } from './mockChangelog.ts';
import { mockCoverage } from './mockCoverage.ts';
import { MockExports } from './mockExports.ts';
import { MockFleets } from './mockFleets.ts';
import * as mall from './mockMall.ts';
import { MockWebhooks } from './mockWebhooks.ts';

/** As the server sends it. */
const CSP =
  "default-src 'self'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";
const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.png': 'image/png',
};
const PAGES: Record<string, string> = {
  '/': 'dashboard/index.html',
  '/shopper': 'shopper/index.html',
  '/till': 'till/index.html',
};

export interface Recorded {
  method: string;
  path: string;
  body: unknown;
}
export interface MockServer {
  url: string;
  requests: Recorded[];
  /** Paths that fail, with the status that they fail with; 0 never answers. */
  failing: { path: RegExp; status: number; message?: string; field?: string }[];
  signedIn: boolean;
  grants: Grant[];
  /** A site with nothing in it. */
  empty: boolean;
  /** Gateways that hear the tag in the hand. */
  heardBy: number;
  live: { running: boolean; historyProgress: number | null; tooFew?: boolean };
  reset(): void;
  /** The changelog has grown. */
  tellChange(): void;
  stop(): Promise<void>;
}

const OWNER: Grant[] = [{ role: 'owner', siteId: null, tenantId: null }];

export async function startMockServer(staticDir: string, options: { port?: number } = {}): Promise<MockServer> {
  let zones: Zone[] = [];
  let gateways: Gateway[] = [];
  let floors: Floor[] = [];
  const offers = new MockCampaigns();
  const fleets = new MockFleets();
  const webhooks = new MockWebhooks();
  const exports = new MockExports();
  let site = mall.site;
  let definitions = { version: 3, createdMs: mall.NOW_MS - 12 * 86_400_000, definitions: DEFAULT_DEFINITIONS };
  let audits: Omit<WalkAuditDetail, 'taps'>[] = [];
  let step = 0;
  let isEmpty = false;

  function liveNow(): LiveSnapshot {
    const snapshot = mall.snapshotOf(step, mock.live.historyProgress);
    return { ...snapshot, gateways: snapshot.gateways.map((state) => fleets.live(state)) };
  }

  const account = () => ({
    id: 'a-1',
    email: 'jana@arkada.example',
    name: 'Jana Dvořáková',
    grants: mock.grants,
    hasPassword: true,
    createdMs: mall.NOW_MS - 30 * 86_400_000,
    lastSignInMs: mall.NOW_MS - 3_600_000,
  });
  const put = <T extends { id: string }>(list: T[], item: T): T[] => [...list.filter(({ id }) => id !== item.id), item];

  /** The server's own rules, as server/http/routes/zones.ts has them. */
  function checkTenant(tenantId: string, next: Zone): void {
    if (next.kind !== 'coupon') throw new Refusal(403, 'a retailer may draw coupon zones only', 'body.kind');
    if (next.tenantId !== tenantId) throw new Refusal(403, `must be ${tenantId}`, 'body.tenantId');
    const isForeign = (other: Zone) =>
      other.floorId === next.floorId &&
      other.kind === 'shop' &&
      other.tenantId !== tenantId &&
      overlapShare(next.shape, other.shape) > 0.02;
    if (zones.some(isForeign)) throw new Refusal(403, "must not lie over another tenant's zone", 'body.shape');
  }

  /** Walks as the server keeps them: a tap sent twice counts once. */
  function answerAudits(
    method: string,
    id: string | undefined,
    sub: string | undefined,
    item: string | undefined,
    body: unknown,
  ) {
    const found = audits.find((one) => one.id === id);
    if (id === undefined && method === 'GET')
      return mock.empty ? [] : audits.map(({ waypoints, ...one }) => ({ ...one, taps: waypoints.length }));
    if (id === undefined) {
      const { id, carrierId } = body as { id: string; carrierId: string };
      const carrierLabel = mall.carriers.find((one) => one.id === carrierId)?.label ?? null;
      const made = {
        id,
        carrierId,
        carrierLabel,
        by: 'Jana Dvořáková',
        started: new Date(mall.NOW_MS).toISOString(),
        finished: null,
        waypoints: [],
      };
      audits = [made, ...audits];
      return { ...made, taps: 0 };
    }
    if (found === undefined) throw new Refusal(404, `audit ${id} does not exist`);
    if (method === 'DELETE' && sub === undefined) {
      audits = audits.filter((one) => one !== found);
      return undefined;
    }
    if (method === 'DELETE') {
      found.waypoints = found.waypoints.filter((one) => one.id !== item);
      return undefined;
    }
    if (sub === 'waypoints') {
      const { waypoints } = body as { waypoints: Waypoint[] };
      for (const one of waypoints)
        if (!found.waypoints.some((known) => known.id === one.id))
          found.waypoints.push({ ...one, at: new Date(one.atMs).toISOString(), errorM: null, outcome: 'pending' });
      return { taps: found.waypoints.length, refused: [] };
    }
    if (sub === 'finish') found.finished = new Date(mall.NOW_MS).toISOString();
    return { ...found, taps: found.waypoints.length };
  }

  function answer(method: string, path: string, query: URLSearchParams, body: unknown): unknown {
    if (path === '/auth/welcome') {
      if ((body as { token?: string }).token !== 'good')
        throw new Refusal(401, 'this sign-in link was used or has expired');
      mock.signedIn = true;
      return account();
    }
    if (path === '/auth/sign-in') {
      if ((body as { password?: string }).password !== 'correct horse')
        throw new Refusal(401, 'the e-mail or the password is wrong');
      mock.signedIn = true;
      return account();
    }
    if (!mock.signedIn) throw new Refusal(401, 'sign in first');
    if (path === '/auth/me' || path === '/auth/password') return account();
    if (path === '/auth/sign-out') {
      mock.signedIn = false;
      return undefined;
    }
    if (path === '/sites') return [site];
    if (path === '/accounts' && method === 'GET')
      return [
        account(),
        {
          ...account(),
          id: 'a-2',
          name: null,
          email: 'alma@cafe.example',
          grants: [{ role: 'retailer', siteId: 'arkada', tenantId: 'cafe-alma' }],
          lastSignInMs: null,
          hasPassword: false,
        },
      ];
    if (path === '/accounts') return { account: account(), link: '/#/welcome?token=abc', expiresMs: mall.NOW_MS };
    if (path === '/tokens' && method === 'GET')
      return mock.empty
        ? []
        : [
            {
              id: 't-1',
              label: 'Reporting',
              grants: OWNER,
              createdBy: 'a-1',
              createdMs: mall.NOW_MS - 86_400_000,
              expiresMs: null,
              lastUsedMs: mall.NOW_MS - 60_000,
            },
          ];
    if (path === '/tokens')
      return {
        id: 't-2',
        label: 'New',
        grants: OWNER,
        createdMs: mall.NOW_MS,
        expiresMs: null,
        lastUsedMs: null,
        token: 'promenade_secret',
      };
    const [, siteId, what, id, sub, item] =
      /^\/sites\/([^/]+)(?:\/([^/]+)(?:\/([^/]+)(?:\/([^/]+)(?:\/([^/]+)(?:\/[^/]+)?)?)?)?)?$/.exec(path) ?? [];
    if (siteId !== mall.site.id) throw new Refusal(404, `${path} does not exist`);
    const fromMs = Date.parse(query.get('from') ?? '');
    const toMs = Date.parse(query.get('to') ?? '');
    const zone = query.get('zone');
    const tenantId = mock.grants.find(({ role }) => role === 'retailer')?.tenantId ?? null;
    const ofOffers = offers.answer({ method, what, id, sub, query, body, tenantId, empty: mock.empty });
    if (ofOffers !== undefined) return ofOffers.body;
    const ofGateways = fleets.answer({
      method,
      what,
      id,
      sub,
      body,
      gateways,
      states: mall.snapshotOf(step).gateways,
      empty: mock.empty,
    });
    if (ofGateways !== undefined) return ofGateways.body;
    const ofWebhooks = webhooks.answer({ method, what, id, sub, item, query, body, tenantId, empty: mock.empty });
    if (ofWebhooks !== undefined) return ofWebhooks.body;
    const ofExports = exports.answer({ method, what, id, body, tenantId, empty: mock.empty });
    if (ofExports !== undefined) return ofExports.body;
    switch (what) {
      case undefined:
        if (method === 'PUT') site = body as typeof site;
        return site;
      case 'floors':
        if (method === 'GET' && sub !== 'coverage') return floors;
        if (method === 'POST' && id === undefined) {
          const made: Floor = {
            outline: null,
            walls: [],
            image: null,
            ...(body as Pick<Floor, 'id' | 'name' | 'level' | 'widthM' | 'heightM'>),
            id: `floor-${floors.length + 1}`,
          };
          floors = put(floors, made);
          return made;
        }
        if (method === 'PATCH') {
          const changed = { ...floors.find((floor) => floor.id === id)!, ...(body as Partial<Floor>) };
          floors = put(floors, changed);
          return changed;
        }
        if (sub === 'image') return floors.find((floor) => floor.id === id);
        if (sub === 'coverage') return mockCoverage(floors, gateways, id!, query.get('weight'), body);
        if (sub === 'geojson') return { floor: floors[0], zones: [], skipped: [], crs: 'metres' };
        return undefined;
      case 'zones':
        if (method === 'GET') return zones.filter((one) => tenantId === null || seenByTenant(one, tenantId));
        if (method === 'DELETE') {
          zones = zones.filter((one) => one.id !== id);
          return undefined;
        }
        {
          const made: Zone = { ...(body as Zone), id: id ?? `zone-${zones.length + 1}` };
          if (tenantId !== null) checkTenant(tenantId, made);
          zones = put(zones, made);
          return made;
        }
      case 'gateways':
        if (id === 'waiting') return [{ id: 'gw-new', lastHeard: new Date(mall.NOW_MS).toISOString(), messages: 12 }];
        if (method === 'GET') return gateways;
        if (method === 'DELETE') {
          gateways = gateways.filter((one) => one.id !== id);
          return undefined;
        }
        {
          const known = gateways.find((one) => one.id === id);
          const made = method === 'PATCH' ? { ...known!, ...(body as Partial<Gateway>) } : (body as Gateway);
          // In its place: who it is to the live stream goes by the order.
          gateways = known === undefined ? [...gateways, made] : gateways.map((one) => (one === known ? made : one));
          return made;
        }
      case 'audit-carriers':
        if (sub === 'heard')
          return { gateways: mock.heardBy, lastHeardSecondsAgo: mock.heardBy > 0 ? 2 : null, listeningSeconds: 20 };
        return mock.empty
          ? []
          : mall.carriers.filter(({ kind }) => kind !== 'staff').map(({ id, kind, label }) => ({ id, kind, label }));
      case 'audits':
        return answerAudits(method, id, sub, item, body);
      case 'certificates':
        return {
          certificates: mock.empty ? [] : mall.certificatesOf(mock.grants.some(({ role }) => role === 'retailer')),
        };
      case 'reference-counts':
        return method === 'DELETE' ? undefined : { ...(body as object), id: 'r-1', counterId: null, note: null };
      case 'carriers':
        if (sub === 'tag')
          return {
            carrierId: id,
            code: 'K7QF-2M9X',
            url: 'https://promenade.example/shopper',
            svg: '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 3 3"><path d="M0 0h1v1H0zM2 0h1v1H2zM1 1h1v1H1zM0 2h1v1H0z"/></svg>',
          };
        return method === 'GET' ? (mock.empty ? [] : mall.carriers) : mall.carriers.slice(0, 1);
      case 'live':
        return liveNow();
      case 'definitions':
        if (method === 'PUT')
          definitions = {
            version: definitions.version + 1,
            createdMs: mall.NOW_MS,
            definitions: body as typeof definitions.definitions,
          };
        return definitions;
      case 'changelog':
        if (mock.empty) return { timezone: mall.site.timezone, entries: [], more: false, awaited: [] };
        return changelogOf(zone, mock.grants[0]?.tenantId === null);
      case 'metrics': {
        if (mock.empty) {
          if (id === 'peak-hours')
            return {
              timezone: mall.site.timezone,
              grid: Array.from({ length: 7 }, () =>
                Array.from({ length: 24 }, () => ({ value: null, low: null, high: null, days: 0 })),
              ),
              peak: null,
              excludedDays: [],
            };
          if (id === 'flows') return { flows: [], suppressed: 0, coverage: 0 };
          if (id === 'affinity') return { pairs: [], coverage: 0 };
          if (id === 'returning')
            return {
              identified: null,
              returning: null,
              share: null,
              low: null,
              high: null,
              windowDays: 30,
              coverage: 0,
            };
          if (id === 'heatmap') return { ...mall.heatmapOf('ground', 0, 0, 1, 'dwell'), cells: [], coverage: 0 };
          const empty = mall.seriesOf(id as Metric, fromMs, toMs, (query.get('interval') ?? 'hour') as Interval, zone);
          return {
            ...empty,
            series: empty.series.map((point) => ({
              ...point,
              value: null,
              low: null,
              high: null,
              peak: null,
              coverage: 0,
            })),
          };
        }
        if (id === 'peak-hours') return mall.peakHoursOf(zone);
        if (id === 'flows') return mall.flowsOf();
        if (id === 'affinity') return mall.affinityOf();
        if (id === 'returning')
          return {
            identified: 1_840,
            returning: 712,
            share: 0.387,
            low: 0.362,
            high: 0.41,
            windowDays: 30,
            coverage: 0.97,
          };
        if (id === 'heatmap')
          return mall.heatmapOf(
            query.get('floor')!,
            fromMs,
            toMs,
            Number(query.get('cellM')),
            query.get('measure') as 'dwell',
          );
        if (id === 'capture-rate' && zone === null) throw new Refusal(400, 'must name a zone', 'query.zone');
        return mall.seriesOf(id as Metric, fromMs, toMs, (query.get('interval') ?? 'hour') as Interval, zone);
      }
      default:
        throw new Refusal(404, `${path} does not exist`);
    }
  }

  async function readBody(request: IncomingMessage): Promise<unknown> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const whole = Buffer.concat(parts);
    if (!request.headers['content-type']?.includes('json'))
      return whole.length === 0 ? undefined : { bytes: whole.length };
    return whole.length === 0 ? undefined : JSON.parse(whole.toString());
  }
  function sendJson(response: ServerResponse, status: number, body: unknown): void {
    response.writeHead(body === undefined ? 204 : status, { 'content-type': 'application/json' });
    response.end(body === undefined ? undefined : JSON.stringify(body));
  }
  function sendFile(path: string, response: ServerResponse): void {
    const file = join(staticDir, normalize(PAGES[path] ?? path));
    if (!file.startsWith(staticDir) || !existsSync(file) || extname(file) === '') {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, {
      'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
      'content-security-policy': CSP,
    });
    createReadStream(file).pipe(response);
  }

  const http = createServer((request, response) => {
    void (async () => {
      const url = new URL(request.url ?? '/', 'http://mock');
      if (url.pathname.startsWith('/socket.io')) return;
      if (!url.pathname.startsWith('/api/v1')) return sendFile(url.pathname, response);
      const path = url.pathname.slice('/api/v1'.length);
      const method = request.method ?? 'GET';
      const body = await readBody(request);
      if (method === 'GET' && /\/images\//.test(path)) {
        response.writeHead(200, { 'content-type': 'image/svg+xml' }).end(mall.PICTURE);
        return;
      }
      mock.requests.push({ method, path, body });
      const fault = mock.failing.find((one) => one.path.test(`${method} ${path}`));
      if (fault?.status === 0) return;
      try {
        if (fault !== undefined)
          throw new Refusal(fault.status, fault.message ?? 'the database is on strike', fault.field);
        sendJson(response, 200, await answer(method, path, url.searchParams, body));
      } catch (error) {
        if (!(error instanceof Refusal)) {
          // What the stand-in itself gets wrong must be seen by its test, and not end the others.
          sendJson(response, 500, { error: { code: 'mock', message: String(error) } });
          return;
        }
        sendJson(response, error.status, {
          error: { code: 'mock', message: error.message, ...(error.path === undefined ? {} : { path: error.path }) },
        });
      }
    })();
  });
  const io = new Server<DashboardClientEvents, DashboardServerEvents>(http, { serveClient: false });
  io.of('/dashboard').on('connection', (socket) => {
    socket.on('follow', (_siteId, reply) => {
      reply({ ok: true });
      if (mock.live.running) tick();
    });
  });
  const heatNow = (): LiveHeat => {
    if (mock.empty) return { atMs: mall.NOW_MS, floors: [] };
    const heat = mall.liveHeatOf(step);
    if (mock.live.tooFew !== true) return heat;
    return { ...heat, floors: heat.floors.map((floor) => ({ ...floor, cells: [], tooFew: true })) };
  };
  const tick = () => {
    io.of('/dashboard').emit('live', liveNow());
    io.of('/dashboard').emit('heat', heatNow());
  };
  const timer = setInterval(() => {
    if (!mock.live.running) return;
    step++;
    tick();
  }, 1_000);

  const mock: MockServer = {
    url: '',
    requests: [],
    failing: [],
    signedIn: true,
    grants: OWNER,
    empty: false,
    heardBy: 4,
    live: { running: true, historyProgress: null },
    reset() {
      floors = [...mall.floors];
      zones = [...mall.zones];
      gateways = [...mall.gateways];
      offers.reset();
      fleets.reset();
      webhooks.reset();
      exports.reset();
      site = mall.site;
      definitions = { version: 3, createdMs: mall.NOW_MS - 12 * 86_400_000, definitions: DEFAULT_DEFINITIONS };
      step = 0;
      audits = [structuredClone(mall.walked)];
      Object.assign(mock, { requests: [], failing: [], signedIn: true, grants: OWNER, empty: false, heardBy: 4 });
      mock.live = { running: true, historyProgress: null };
    },
    tellChange() {
      io.of('/dashboard').emit('changelog');
    },
    async stop() {
      clearInterval(timer);
      await io.close();
      http.closeAllConnections();
    },
  };
  mock.reset();
  await new Promise<void>((resolve) => http.listen(options.port ?? 0, '127.0.0.1', resolve));
  mock.url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  // An empty mall has no floors either.
  Object.defineProperty(mock, 'empty', {
    get: () => isEmpty,
    set: (on: boolean) => {
      isEmpty = on;
      if (on) [floors, zones, gateways] = [[], [], []];
    },
  });
  return mock;
}
