/** `npm run simulate`: a simulated mall whose virtual gateways speak MQTT; history first where asked, then live. */
import { createWriteStream, type WriteStream } from 'node:fs';
import { parseArgs } from 'node:util';
import { dayStartMs, localDay } from './calendar.ts';
import { enrolApp } from './enrolApp.ts';
import { Fleet } from './fleet.ts';
import { loadScenario } from './loadScenario.ts';
import { ordersOf } from './orders.ts';
import { play } from './play.ts';
import { Progress } from './progress.ts';
import { interruptedAtMs, Site, uuidsOf } from './provision.ts';
import { restClient, serverFault } from './rest.ts';
import { type Scenario, ScenarioError } from './scenario.ts';
import { busyTimezone } from './timezone.ts';
import { TruthRecorder } from './truth.ts';
import { answerHelp, isUnknownOption } from './usage.ts';
import { World } from './world.ts';
import { zonesOf } from './zones.ts';

const USAGE = `usage: simulate --mqtt URL [options]
  --scenario NAME|FILE   demo-mall, small-shop, outage-day, or a file of that form (demo-mall)
  --mqtt URL             the broker, such as mqtt://127.0.0.1:1883
  --mqtt-user, --mqtt-password
  --seed N               the same seed gives the same mall (the scenario's)
  --history-days N       plays so many days as fast as the server takes them, then goes on live (0)
  --from ISO             plays from that time on instead, and ends after --days (1)
  --speed X|max          with --from: times real time (max)
  --days N               ends after so many days of event time
  --server URL --token T (or PROMENADE_TOKEN) makes the site, its floors, zones, gateways, carriers and campaigns over REST
  --timezone ZONE        IANA; default: the scenario's, else one where it is about 13:00 now
  --truth FILE           ground truth as lines of JSON; --truth-positions adds where everybody was each second
  --acks server|broker   whose ack frees a batch (server); broker is for trials without a Promenade server
  --progress-json        progress as lines of JSON on standard output
`;

const DAY_MS = 86_400_000;
/** Batches of played history span this much: few enough messages, and within the engine's 30 s of patience. */
const HISTORY_BATCH_MS = 20_000;
const HISTORY_HEARTBEAT_MS = 60_000;
const LIVE_BATCH_MS = 1_000;
const LIVE_HEARTBEAT_MS = 10_000;
/** Above this a gateway of its own connection could run ahead of its neighbours. */
const LOCKSTEP_ABOVE_SPEED = 10;
const MAX_WAITING = 2_000;
/** History is caught up when event time is this near to now. */
const CAUGHT_UP_MS = 3_000;

interface Options {
  scenario: Scenario;
  url: string;
  username: string | undefined;
  password: string | undefined;
  seed: number;
  timezone: string;
  historyDays: number;
  fromMs: number | undefined;
  days: number | undefined;
  /** Infinity is as fast as acks allow. */
  speed: number;
  server: string | undefined;
  token: string | undefined;
  truth: string | undefined;
  truthPositions: boolean;
  ackFrom: 'server' | 'broker';
  json: boolean;
}

/** All faults of the command line at once. */
function readOptions(argv: string[], nowMs: number): Options {
  const { values } = parseArgs({
    args: argv,
    options: {
      scenario: { type: 'string', default: 'demo-mall' },
      mqtt: { type: 'string' },
      'mqtt-user': { type: 'string' },
      'mqtt-password': { type: 'string' },
      seed: { type: 'string' },
      'history-days': { type: 'string', default: '0' },
      from: { type: 'string' },
      speed: { type: 'string' },
      days: { type: 'string' },
      server: { type: 'string' },
      // In the environment it is in no list of processes.
      token: { type: 'string', default: process.env.PROMENADE_TOKEN ?? '' },
      timezone: { type: 'string' },
      truth: { type: 'string' },
      'truth-positions': { type: 'boolean', default: false },
      acks: { type: 'string', default: 'server' },
      'progress-json': { type: 'boolean', default: false },
    },
  });
  const faults: string[] = [];
  const number = (name: string, text: string | undefined, low: number, high: number): number | undefined => {
    if (text === undefined) return undefined;
    const value = Number(text);
    if (!(value >= low && value <= high)) faults.push(`--${name} ${text}: must be a number from ${low} to ${high}`);
    return value;
  };
  if (!values.mqtt) faults.push('--mqtt: the broker must be named, such as mqtt://127.0.0.1:1883');
  if (!!values.server !== !!values.token) faults.push('--server and --token belong together');
  const fromMs = values.from === undefined ? undefined : Date.parse(values.from);
  if (Number.isNaN(fromMs)) faults.push(`--from ${values.from}: must be an ISO time such as 2026-03-01T00:00:00Z`);
  const max = values.speed === undefined || values.speed === 'max';
  if (values.speed !== undefined && fromMs === undefined)
    faults.push('--speed goes with --from: live mode runs at real time');
  const speed = max ? Number.POSITIVE_INFINITY : number('speed', values.speed, 0.01, 1e6)!;
  const historyDays = number('history-days', values['history-days'], 0, 400) ?? 0;
  if (historyDays > 0 && fromMs !== undefined) faults.push('--history-days and --from exclude each other');
  const days = number('days', values.days, 0.0001, 400);
  if (values.acks !== 'server' && values.acks !== 'broker') faults.push('--acks must be server or broker');
  let scenario: Scenario | undefined;
  try {
    scenario = loadScenario(values.scenario);
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    faults.push(...error.faults.map((fault) => `--scenario ${values.scenario}: ${fault}`));
  }
  const seed = number('seed', values.seed, 0, 2 ** 31) ?? scenario?.seed ?? 1;
  const timezone = values.timezone ?? scenario?.site.timezone ?? busyTimezone(nowMs);
  try {
    localDay(timezone, nowMs);
    new Intl.DateTimeFormat('en', { timeZone: timezone });
  } catch {
    faults.push(`--timezone ${timezone}: must be an IANA time zone such as Europe/Prague`);
  }
  if (faults.length > 0 || !scenario) throw new ScenarioError('the command line', faults);
  return {
    scenario,
    url: values.mqtt!,
    username: values['mqtt-user'],
    password: values['mqtt-password'],
    seed,
    timezone,
    historyDays,
    fromMs,
    days,
    speed,
    server: values.server,
    token: values.token,
    truth: values.truth,
    truthPositions: values['truth-positions'],
    ackFrom: values.acks as 'server' | 'broker',
    json: values['progress-json'],
  };
}

async function main(): Promise<void> {
  answerHelp(USAGE);
  const options = readOptions(process.argv.slice(2), Date.now());
  const { scenario } = options;
  const progress = new Progress({ json: options.json });
  const stop = new AbortController();
  // A parent that died leaves no reason to go on either.
  for (const name of ['SIGINT', 'SIGTERM', 'disconnect'] as const) process.once(name, () => stop.abort());
  process.channel?.unref();

  const history = options.historyDays > 0;
  const plannedFromMs = (timezone: string): number =>
    options.fromMs ??
    (history
      ? dayStartMs(timezone, localDay(timezone, Date.now() - options.historyDays * DAY_MS))
      : Math.floor(Date.now() / 1_000) * 1_000);

  let { timezone } = options;
  let fromMs = plannedFromMs(timezone);
  let resumed = false;
  let historyFromMs: number | null = null;
  const site =
    options.server && options.token ? new Site(restClient(options.server, options.token), scenario.site.id) : undefined;
  if (site) {
    const known = await site.find();
    if (known) {
      // A site keeps its time zone and its history; going on with it leaves an honest gap.
      timezone = known.timezone;
      resumed = history && known.clock === 'wall';
      fromMs = resumed ? Math.floor(Date.now() / 1_000) * 1_000 : plannedFromMs(timezone);
      // History that was interrupted goes on where it stopped: twice the same would count twice.
      const cameTo = history ? interruptedAtMs(known) : undefined;
      if (cameTo !== undefined) {
        historyFromMs = known.historyFromMs;
        fromMs = Math.max(fromMs, Math.ceil(cameTo / HISTORY_BATCH_MS) * HISTORY_BATCH_MS);
      }
    }
  }
  const replayed = options.fromMs !== undefined;
  const untilMs = replayed
    ? fromMs + (options.days ?? 1) * DAY_MS
    : options.days === undefined
      ? Number.POSITIVE_INFINITY
      : Date.now() + options.days * DAY_MS;

  const truth = options.truth ? createWriteStream(options.truth) : undefined;
  const recorder = truth && recordTruth(scenario, truth, fromMs, options.truthPositions);
  const world = new World(scenario, {
    seed: options.seed,
    timezone,
    ...(recorder ? { onGone: (walker) => recorder.add(walker, walker.endMs) } : {}),
  });
  if (site) {
    progress.say(`making site ${scenario.site.id} …`);
    await site.provision(scenario, world.carriers.registered(), {
      timezone,
      clock: replayed || (history && !resumed) ? 'data' : 'wall',
      historyFromMs: replayed || (history && !resumed) ? (historyFromMs ?? fromMs) : null,
      historyUntilMs: replayed ? untilMs : history && !resumed ? Date.now() : null,
    });
  }
  const apps = world.carriers.apps();
  if (options.server && apps.length > 0) {
    progress.say(`enrolling ${apps.length} apps …`);
    for (const app of apps) app.enrolled(await enrolApp(options.server, scenario.site.id));
  }
  world.begin(fromMs);

  const epoch = Math.floor(Date.now() / 1_000);
  let lastProblem = '';
  const makeFleet = (eventMs: number, epochOfFleet: number, lockstep: boolean): Fleet =>
    new Fleet({
      siteId: scenario.site.id,
      gatewayIds: scenario.gateways.map((gateway) => gateway.id),
      url: options.url,
      ...(options.username === undefined ? {} : { username: options.username }),
      ...(options.password === undefined ? {} : { password: options.password }),
      uuids: uuidsOf(scenario),
      seed: options.seed,
      epoch: epochOfFleet,
      batchMs: lockstep ? HISTORY_BATCH_MS : LIVE_BATCH_MS,
      heartbeatMs: lockstep ? HISTORY_HEARTBEAT_MS : LIVE_HEARTBEAT_MS,
      ...(lockstep ? { heartbeatSpanMs: HISTORY_BATCH_MS } : {}),
      sharedLink: lockstep,
      ackFrom: options.ackFrom,
      faults: scenario.faults,
      beganMs: eventMs,
      onProblem: (problem) => {
        if (problem !== lastProblem) progress.say(`mqtt: ${problem}`);
        lastProblem = problem;
      },
    });
  const onStalled = (): void =>
    progress.say('no acks for 15 s: is the Promenade server running on this broker? (--acks broker does without)');
  const beganMs = performance.now();
  const show = (fleet: Fleet, label: string, done: number | undefined, eventMs: number, last = false): void => {
    const { rows, waiting } = fleet.totals();
    const seconds = (performance.now() - beganMs) / 1_000;
    const local = new Date(eventMs).toLocaleString('sv-SE', { timeZone: timezone }).slice(0, 16);
    progress.show(
      { label, done, detail: `${local}  ${rows} sightings  ${Math.round(rows / seconds)}/s  ${waiting} on their way` },
      last,
    );
  };

  let t = fromMs;
  if (replayed || (history && !resumed)) {
    const lockstep = options.speed > LOCKSTEP_ABOVE_SPEED;
    const fleet = makeFleet(fromMs, epoch, lockstep);
    fleet.start();
    const wallMs = Date.now();
    const endMs = (): number => (replayed ? untilMs : Math.floor((Date.now() - CAUGHT_UP_MS) / 1_000) * 1_000);
    t = await play(world, fleet, {
      fromMs,
      untilMs: endMs,
      targetMs: () =>
        options.speed === Number.POSITIVE_INFINITY ? endMs() : fromMs + (Date.now() - wallMs) * options.speed,
      maxWaiting: MAX_WAITING,
      signal: stop.signal,
      onProgress: (eventMs) => {
        recorder?.flushHours(eventMs - DAY_MS);
        show(fleet, 'history', (eventMs - fromMs) / (endMs() - fromMs), eventMs);
      },
      onStalled,
    });
    if (!stop.signal.aborted) {
      while (!stop.signal.aborted && !(await fleet.room(0, 15_000))) onStalled();
      show(fleet, 'history', 1, t, true);
    }
    await fleet.stop({ farewell: stop.signal.aborted || replayed });
    const { rows, batches, ackedRows, resent } = fleet.totals();
    const seconds = Math.round((performance.now() - beganMs) / 100) / 10;
    progress.say(
      `history: ${rows} sightings in ${batches} batches, ${ackedRows} acked, ${resent} batches sent twice, ${seconds} s`,
    );
    if (site && !stop.signal.aborted) await site.endHistory(replayed ? 'data' : 'wall');
    if (site && history && scenario.people.demoGuests > 0 && !stop.signal.aborted) {
      progress.say('orders of the shops …');
      await site.orders(
        ordersOf(scenario, { seed: options.seed, fromMs: plannedFromMs(timezone), untilMs: Math.min(t, Date.now()) }),
      );
    }
    progress.event('history-done', { rows, batches, ackedRows, seconds });
  }
  if (!replayed && !stop.signal.aborted) {
    const fleet = makeFleet(t, epoch + 1, false);
    fleet.start();
    world.startGuests(t);
    progress.say(`live: ${scenario.site.name}, ${timezone}, ${scenario.gateways.length} gateways; Ctrl-C stops it`);
    progress.event('live', { timezone });
    t = await play(world, fleet, {
      fromMs: t,
      untilMs: () => untilMs,
      targetMs: () => Date.now(),
      maxWaiting: MAX_WAITING,
      signal: stop.signal,
      onProgress: (eventMs) => {
        recorder?.flushHours(eventMs - DAY_MS);
        show(fleet, 'live', undefined, eventMs);
      },
    });
    await fleet.stop();
  }
  if (recorder && truth) {
    for (const walker of world.walkers()) recorder.add(walker, t);
    recorder.flushHours(Number.POSITIVE_INFINITY);
    await new Promise<void>((resolve) => truth.end(resolve));
  }
  progress.event('done');
}

function recordTruth(scenario: Scenario, out: WriteStream, fromMs: number, positions: boolean): TruthRecorder {
  return new TruthRecorder({
    floorIds: scenario.floors.map((floor) => floor.id),
    zones: zonesOf(scenario),
    fromMs,
    positions,
    write: (line) => void out.write(`${JSON.stringify(line)}\n`),
  });
}

main().catch((error: unknown) => {
  const known =
    error instanceof ScenarioError || isUnknownOption(error) ? (error as Error).message : serverFault(error);
  process.stderr.write(`${known ?? String(error instanceof Error ? error.stack : error)}\n`);
  if (error instanceof ScenarioError || isUnknownOption(error)) process.stderr.write(`\n${USAGE}`);
  process.exitCode = 1;
});
