/** The whole server in this process, two shops, and people who come to it over HTTP and MQTT, honest and not. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { io, type Socket } from 'socket.io-client';
import { type Addresses, type App, createApp } from '../../server/app.ts';
import { serverConfig } from '../../server/config.ts';
import type { Grant } from '../../server/contract/access.ts';
import type { OfferPush } from '../../server/contract/live.ts';
import type { Carrier } from '../../server/contract/model.ts';
import type { PublicSite } from '../../server/contract/offers.ts';
import { RotatingGateways } from '../support/rotatingGateways.ts';

export const UUID = 'f7826da6-4fa2-4e98-8024-bc5b71e0893e';
export const ROTATING = 'c1b7a0de-9f43-4a5d-8f7e-2f6a1d9e4b58';
export const BEACONS = '0e6a4f3c-1b0d-4c57-8a53-3f0b2f5f9d10';
export const WEST = { xM: 5, yM: 5 };
export const EAST = { xM: 105, yM: 5 };
export const GATEWAYS = [
  { id: 'g1', ...WEST },
  { id: 'g2', xM: 20, yM: 5 },
  { id: 'g3', ...EAST },
  { id: 'g4', xM: 120, yM: 5 },
];

export interface Answer<T> {
  status: number;
  body: T;
}
interface ErrorBody {
  error: { code: string; message: string };
}

/** Somebody at an address of their own, with the cookies of a browser or a token. */
export class Party {
  readonly #url: string;
  readonly #token: string | undefined;
  readonly ip: string;
  #cookie = '';

  constructor(url: string, ip: string, token?: string) {
    this.#url = url;
    this.ip = ip;
    this.#token = token;
  }

  async call<T = ErrorBody>(method: string, path: string, body?: unknown): Promise<Answer<T>> {
    const response = await fetch(`${this.#url}/api/v1${path}`, {
      method,
      headers: {
        origin: this.#url,
        'x-forwarded-for': this.ip,
        ...(this.#token === undefined ? {} : { authorization: `Bearer ${this.#token}` }),
        ...(this.#cookie === '' ? {} : { cookie: this.#cookie }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const [cookie] = response.headers.getSetCookie();
    if (cookie) this.#cookie = cookie.split(';', 1)[0]!;
    const text = await response.text();
    return { status: response.status, body: (text === '' ? undefined : JSON.parse(text)) as T };
  }

  async must<T = unknown>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await this.call<T>(method, path, body);
    if (answer.status >= 300)
      throw new Error(`${method} ${path} gave ${answer.status}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  get cookie(): string {
    return this.#cookie;
  }
}

export class AbuseMall {
  readonly #folder = mkdtempSync(join(tmpdir(), 'promenade-abuse-'));
  readonly #sockets: Socket[] = [];
  /** Ahead of the machine's clock. */
  shiftMs = 0;
  readonly problems: string[] = [];
  #app!: App;
  addresses!: Addresses;
  owner!: Party;
  gateways!: RotatingGateways;
  #parties = 0;

  static async open(): Promise<AbuseMall> {
    const mall = new AbuseMall();
    await mall.#open();
    return mall;
  }

  async #open(): Promise<void> {
    const config = serverConfig.parse({
      dataDir: this.#folder,
      http: { port: 0, trustedProxies: 1 },
      mqtt: { embedded: { port: 0 } },
      duckdb: { memoryLimit: '256MB' },
    });
    this.#app = createApp(config, {
      clock: () => Date.now() + this.shiftMs,
      onProblem: (what, error) => this.problems.push(`${what}: ${error.message}`),
    });
    this.addresses = await this.#app.start();
    this.owner = this.party();
    await this.owner.must('POST', '/auth/welcome', { token: this.addresses.signInUrl!.split('token=')[1] });
    await this.#furnish();
    this.gateways = new RotatingGateways('mall', GATEWAYS);
    await this.gateways.start(this.addresses.mqttUrl);
  }

  async #furnish(): Promise<void> {
    const { owner } = this;
    await owner.must('POST', '/sites', {
      id: 'mall',
      name: 'Mall',
      timezone: 'UTC',
      uuids: [UUID, ROTATING],
      rotatingUuid: ROTATING,
    });
    await owner.must('POST', '/sites/mall/floors', { id: 'f0', name: 'Ground', level: 0, widthM: 125, heightM: 20 });
    for (const [minor, gateway] of GATEWAYS.entries())
      await owner.must('POST', '/sites/mall/gateways', {
        ...gateway,
        floorId: 'f0',
        beacon: { uuid: BEACONS, major: 1, minor },
      });
    for (const [id, tenantId, place] of [
      ['west', 'bakery', WEST],
      ['east', 'shoes', EAST],
    ] as const) {
      await owner.must('POST', '/sites/mall/zones', {
        id,
        floorId: 'f0',
        name: id,
        kind: 'coupon',
        tenantId,
        shape: { type: 'circle', ...place, radiusM: 6 },
      });
      await owner.must('POST', '/sites/mall/campaigns', {
        id: tenantId,
        name: `Offer of ${tenantId}`,
        tenantId,
        zoneIds: [id],
        trigger: { type: 'enter' },
        offer: { title: `From ${tenantId}`, text: 'One for free.', validMinutes: 60 },
        controlShare: 0,
      });
    }
    await owner.must('PUT', '/sites/mall/attention', {
      pushesPerVisit: 20,
      pushesPerDay: 20,
      pushesPerTenantPerDay: 20,
      minSpacingMinutes: 0,
      quietHours: null,
    });
    await owner.must('POST', '/sites/mall/campaigns/bakery/start');
  }

  /** At an address of their own unless told otherwise. */
  party(ip = `10.0.${this.#parties >> 8}.${this.#parties++ & 255}`, token?: string): Party {
    return new Party(this.addresses.url, ip, token);
  }

  /** A program of a shop's. */
  async token(role: Grant['role'], tenantId: string | null, ip?: string): Promise<Party> {
    const { token } = await this.owner.must<{ token: string }>('POST', '/tokens', {
      label: `${role} of ${tenantId}`,
      grants: [{ role, siteId: 'mall', tenantId }],
    });
    return this.party(ip, token);
  }

  /** Ways for one person to sign in, each on a device of its own. */
  async account(role: Grant['role'], tenantId: string | null): Promise<(ip?: string) => Promise<Party>> {
    const email = `${role}-${tenantId}-${this.#parties}@example.com`;
    const { account } = await this.owner.must<{ account: { id: string } }>('POST', '/accounts', {
      email,
      grants: [{ role, siteId: 'mall', tenantId }],
    });
    return async (ip) => {
      const { link } = await this.owner.must<{ link: string }>('POST', `/accounts/${account.id}/link`);
      const device = this.party(ip);
      await device.must('POST', '/auth/welcome', { token: link.split('token=')[1] });
      return device;
    };
  }

  async shopper(ip?: string): Promise<Party> {
    const shopper = this.party(ip);
    const site = await shopper.must<PublicSite>('GET', '/shopper/site/mall');
    const consents = site.consents
      .filter(({ purpose }) => purpose !== 'profiling')
      .map(({ purpose, version, textHash }) => ({ purpose, version, textHash, language: 'en' }));
    await shopper.must('POST', '/shopper/start', { site: 'mall', consents, language: 'en' });
    return shopper;
  }

  /** A tag, and the code that is printed on it. */
  async tag(minor: number): Promise<{ frame: { uuid: string; major: number; minor: number }; code: string }> {
    const frame = { uuid: UUID, major: 1, minor };
    const [carrier] = await this.owner.must<Carrier[]>('POST', '/sites/mall/carriers', [{ kind: 'tag', ...frame }]);
    const { code } = await this.owner.must<{ code: string }>('GET', `/sites/mall/carriers/${carrier!.id}/tag`);
    return { frame, code };
  }

  /** The shopper's page, open: what is pushed to it. */
  async phone(shopper: Party): Promise<OfferPush[]> {
    const socket = io(`${this.addresses.url}/shopper`, {
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
      extraHeaders: { cookie: shopper.cookie, origin: this.addresses.url },
    });
    this.#sockets.push(socket);
    const pushes: OfferPush[] = [];
    socket.on('offer', (offer: OfferPush, received: () => void) => {
      pushes.push(offer);
      received();
    });
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('connect_error', reject);
    });
    return pushes;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.disconnect();
    await this.gateways.stop();
    await this.#app.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
