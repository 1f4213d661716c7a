/** The live side on socket.io: one namespace per audience, rooms chosen by the server, newest values only. */
import type { Server as HttpListener, IncomingMessage } from 'node:http';
import { type DefaultEventsMap, type Namespace, Server, type Socket } from 'socket.io';
import { decide } from '../auth/access.ts';
import { type Auth, type Authenticated, SESSION_COOKIE, SHOPPER_COOKIE } from '../auth/auth.ts';
import type {
  DashboardClientEvents,
  DashboardServerEvents,
  LiveHeat,
  LiveSnapshot,
  OfferPush,
  ShopperServerEvents,
} from '../contract/live.ts';
import { readCookies, sameOrigin } from '../http/origin.ts';
import type { Registry } from '../registry/types.ts';
import { type DashboardRoom, NAMESPACES } from './access.ts';
import { LatestOnly } from './latest.ts';
import type { LiveHub } from './types.ts';
import { installerSnapshot, tenantHeat, tenantSnapshot } from './views.ts';

interface Follow {
  siteId: string;
  room: DashboardRoom;
  tenantId: string | null;
}
interface SocketData {
  credential: string;
  who: Authenticated;
  expiry: NodeJS.Timeout | undefined;
  latest: LatestOnly;
  follow: Follow | undefined;
}
type DashboardSocket = Socket<DashboardClientEvents, DashboardServerEvents, DefaultEventsMap, SocketData>;
type ShopperSocket = Socket<DefaultEventsMap, ShopperServerEvents, DefaultEventsMap, SocketData>;
type Dashboards = Namespace<DashboardClientEvents, DashboardServerEvents, DefaultEventsMap, SocketData>;
type Shoppers = Namespace<DefaultEventsMap, ShopperServerEvents, DefaultEventsMap, SocketData>;

export interface LiveHubParts {
  auth: Auth;
  registry: Registry;
  publicUrl: string | null;
}

/** What the server that shares its port calls, besides what the rest of the server asks. */
export interface LiveServer extends LiveHub {
  attach(listener: HttpListener): void;
  close(): Promise<void>;
  /** Namespaces that are open, and rooms in use: for the test of their declaration. */
  open(): { namespace: string; rooms: string[] }[];
}

/** Node's timers end at 24.8 days; a longer session is looked at again then. */
const MAX_TIMER_MS = 2 ** 31 - 1;
/** Clients send site ids and acknowledgements. */
const MAX_MESSAGE_BYTES = 16 * 1024;
const MAX_SOCKETS_PER_CREDENTIAL = 20;

const roomOf = (kind: string, ...parts: string[]): string => [kind, ...parts].join(':');

function credentialOf(request: IncomingMessage, cookie: string, auth: Record<string, unknown>): string | undefined {
  if (typeof auth.token === 'string') return auth.token;
  const bearer = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  return bearer ?? readCookies(request.headers.cookie).get(cookie);
}

class SocketHub implements LiveServer {
  readonly #auth: Auth;
  readonly #registry: Registry;
  readonly #publicUrl: string | null;
  readonly #snapshots = new Map<string, LiveSnapshot>();
  readonly #heats = new Map<string, LiveHeat>();
  /** By credential: counting them anew would cost each of ten thousand phones a look at all the others. */
  readonly #socketsOf = new Map<string, number>();
  #io: Server | undefined;
  #dashboards: Dashboards | undefined;
  #shoppers: Shoppers | undefined;
  #stopListening: (() => void) | undefined;

  constructor({ auth, registry, publicUrl }: LiveHubParts) {
    this.#auth = auth;
    this.#registry = registry;
    this.#publicUrl = publicUrl;
  }

  attach(listener: HttpListener): void {
    const io = new Server(listener, {
      serveClient: false,
      maxHttpBufferSize: MAX_MESSAGE_BYTES,
      allowRequest: (request, answer) => {
        const { origin, host } = request.headers;
        const foreign = origin !== undefined && !sameOrigin(origin, host, this.#publicUrl);
        answer(foreign ? 'pages of other sites may not connect' : null, !foreign);
      },
    });
    this.#io = io;
    // The root namespace exists in every socket.io server; nobody may use it.
    io.use((_socket, next) => next(new Error('this namespace is closed')));
    const dashboards: Dashboards = io.of('/dashboard');
    const shoppers: Shoppers = io.of('/shopper');
    this.#dashboards = dashboards;
    this.#shoppers = shoppers;
    dashboards.use((socket, next) => next(this.#admit(socket, '/dashboard', SESSION_COOKIE)));
    shoppers.use((socket, next) => next(this.#admit(socket, '/shopper', SHOPPER_COOKIE)));
    dashboards.on('connection', (socket) => {
      socket.on('disconnect', this.#counted(socket.data.who.credentialId));
      this.#onDashboard(socket);
    });
    shoppers.on('connection', (socket) => {
      socket.on('disconnect', this.#counted(socket.data.who.credentialId));
      this.#onShopper(socket);
    });
    this.#stopListening = this.#auth.onRevoked((what) => this.#drop(what));
  }

  async close(): Promise<void> {
    this.#stopListening?.();
    for (const socket of this.#sockets()) clearTimeout(socket.data.expiry);
    // Closing the sockets suffices: the listener belongs to the HTTP server, which closes it itself.
    this.#io?.disconnectSockets(true);
    this.#io?.engine.close();
    this.#io = undefined;
    this.#dashboards = undefined;
    this.#shoppers = undefined;
  }

  open(): { namespace: string; rooms: string[] }[] {
    if (!this.#io) return [];
    return [...this.#io._nsps].map(([namespace, { adapter, sockets }]) => ({
      namespace,
      // Each socket is in a room of its own name.
      rooms: [...adapter.rooms.keys()].filter((room) => !sockets.has(room)),
    }));
  }

  *#sockets(): Generator<DashboardSocket | ShopperSocket> {
    yield* this.#dashboards?.sockets.values() ?? [];
    yield* this.#shoppers?.sockets.values() ?? [];
  }

  #admit(
    socket: DashboardSocket | ShopperSocket,
    namespace: keyof typeof NAMESPACES,
    cookie: string,
  ): Error | undefined {
    const credential = credentialOf(socket.request, cookie, socket.handshake.auth);
    const who = this.#auth.authenticate(credential);
    const decision = decide(NAMESPACES[namespace].access, who?.principal, '');
    if (!decision.ok || !who || !credential) return new Error(decision.ok ? 'sign in first' : decision.error.message);
    if ((this.#socketsOf.get(who.credentialId) ?? 0) >= MAX_SOCKETS_PER_CREDENTIAL)
      return new Error('too many connections of this session');
    socket.data.credential = credential;
    socket.data.who = who;
    return undefined;
  }

  /** Returns what to call when it is gone. */
  #counted(credentialId: string): () => void {
    const add = (change: number): void => {
      const left = (this.#socketsOf.get(credentialId) ?? 0) + change;
      if (left > 0) this.#socketsOf.set(credentialId, left);
      else this.#socketsOf.delete(credentialId);
    };
    add(1);
    return () => add(-1);
  }

  #watchExpiry(socket: DashboardSocket | ShopperSocket): void {
    const { expiresMs } = socket.data.who;
    if (expiresMs === null) return;
    const leftMs = this.#auth.msUntil(expiresMs);
    socket.data.expiry = setTimeout(
      () => {
        if (this.#auth.authenticate(socket.data.credential)) this.#watchExpiry(socket);
        else socket.disconnect(true);
      },
      Math.min(Math.max(leftMs, 0) + 1, MAX_TIMER_MS),
    );
    socket.data.expiry.unref();
  }

  #onDashboard(socket: DashboardSocket): void {
    socket.data.latest = new LatestOnly(socket.conn);
    this.#watchExpiry(socket);
    socket.on('disconnect', () => clearTimeout(socket.data.expiry));
    socket.on('follow', (siteId, answer) => {
      if (typeof answer !== 'function') return;
      if (typeof siteId !== 'string') {
        answer({ ok: false, error: 'name a site' });
        return;
      }
      const error = this.#follow(socket, siteId);
      answer(error === undefined ? { ok: true } : { ok: false, error });
      if (error === undefined) this.#sendLatest(socket);
    });
  }

  /** Gives the reason of a refusal. */
  #follow(socket: DashboardSocket, siteId: string): string | undefined {
    const { principal } = socket.data.who;
    let refusal = `site ${siteId} does not exist`;
    if (!this.#registry.site(siteId)) return refusal;
    const { rooms } = NAMESPACES['/dashboard'];
    for (const room of Object.keys(rooms) as DashboardRoom[]) {
      const decision = decide(rooms[room].access, principal, siteId);
      if (!decision.ok) {
        refusal = decision.error.message;
        continue;
      }
      const { tenantId } = decision;
      if (socket.data.follow) this.#leave(socket);
      socket.join(tenantId === null ? roomOf(room, siteId) : roomOf(room, siteId, tenantId));
      socket.data.follow = { siteId, room, tenantId };
      return undefined;
    }
    return refusal;
  }

  #leave(socket: DashboardSocket): void {
    for (const room of socket.rooms) if (room !== socket.id) socket.leave(room);
    socket.data.latest.clear();
    socket.data.follow = undefined;
  }

  #sendLatest(socket: DashboardSocket): void {
    const siteId = socket.data.follow?.siteId ?? '';
    const snapshot = this.#snapshots.get(siteId);
    if (snapshot) this.#sendLive(socket, snapshot);
    const heat = this.#heats.get(siteId);
    if (heat) this.#sendHeat(socket, heat);
  }

  #sendLive(socket: DashboardSocket, snapshot: LiveSnapshot): void {
    const { follow, latest } = socket.data;
    if (!follow) return;
    const seen =
      follow.room === 'site'
        ? snapshot
        : follow.room === 'gateways'
          ? installerSnapshot(snapshot)
          : tenantSnapshot(snapshot, this.#registry.zones.all(follow.siteId), follow.tenantId ?? '');
    latest.send('live', () => socket.emit('live', seen));
  }

  #sendHeat(socket: DashboardSocket, heat: LiveHeat): void {
    const { follow, latest } = socket.data;
    if (!follow || follow.room === 'gateways') return;
    const seen =
      follow.room === 'site' ? heat : tenantHeat(heat, this.#registry.zones.all(follow.siteId), follow.tenantId ?? '');
    latest.send('heat', () => socket.emit('heat', seen));
  }

  publishLive(siteId: string, snapshot: LiveSnapshot): void {
    this.#snapshots.set(siteId, snapshot);
    for (const socket of this.#following(siteId)) this.#sendLive(socket, snapshot);
  }

  publishHeat(siteId: string, heat: LiveHeat): void {
    this.#heats.set(siteId, heat);
    for (const socket of this.#following(siteId)) this.#sendHeat(socket, heat);
  }

  publishChangelog(siteId: string): void {
    for (const socket of this.#following(siteId))
      if (socket.data.follow?.room !== 'gateways') socket.data.latest.send('changelog', () => socket.emit('changelog'));
  }

  *#following(siteId: string): Generator<DashboardSocket> {
    for (const socket of this.#dashboards?.sockets.values() ?? [])
      if (socket.data.follow?.siteId === siteId) yield socket;
  }

  #onShopper(socket: ShopperSocket): void {
    const { principal } = socket.data.who;
    if (principal.kind !== 'shopper') {
      socket.disconnect(true);
      return;
    }
    this.#watchExpiry(socket);
    socket.on('disconnect', () => clearTimeout(socket.data.expiry));
    socket.join(roomOf('shopper', principal.shopperId));
  }

  *#phones(shopperId: string): Generator<ShopperSocket> {
    const ids = this.#shoppers?.adapter.rooms.get(roomOf('shopper', shopperId));
    for (const id of ids ?? []) {
      const socket = this.#shoppers?.sockets.get(id);
      if (socket) yield socket;
    }
  }

  async pushOffer(shopperId: string, offer: OfferPush, timeoutMs: number): Promise<boolean> {
    const received = [...this.#phones(shopperId)].map(
      (socket) =>
        new Promise<void>((resolve, reject) => {
          socket.timeout(timeoutMs).emit('offer', offer, (error: Error | null) => (error ? reject(error) : resolve()));
        }),
    );
    return Promise.any(received).then(
      () => true,
      () => false,
    );
  }

  isConnected(shopperId: string): boolean {
    return this.#phones(shopperId).next().done === false;
  }

  notifyChanged(shopperId: string): void {
    for (const socket of this.#phones(shopperId)) socket.emit('changed');
  }

  #drop(what: { credentialId: string } | { accountId: string } | { shopperId: string }): void {
    for (const socket of [...this.#sockets()]) {
      const { credentialId, principal } = socket.data.who;
      const ended =
        ('credentialId' in what && what.credentialId === credentialId) ||
        ('accountId' in what && principal.kind === 'account' && principal.accountId === what.accountId) ||
        ('shopperId' in what && principal.kind === 'shopper' && principal.shopperId === what.shopperId);
      if (ended) socket.disconnect(true);
    }
  }
}

export const createLiveHub = (parts: LiveHubParts): LiveServer => new SocketHub(parts);
