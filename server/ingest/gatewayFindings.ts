/** What is wrong with a gateway, each in words and with what to do next. Pure. */
import type {
  FindingCode,
  GatewayConfigState,
  GatewayElsewhere,
  GatewayFinding,
  Severity,
} from '../contract/gatewayHealth.ts';
import type { GatewayRecord } from './gatewayHealth.ts';
import { localTime } from './localDays.ts';

/** Below it a busy server's delay looks the same, and is corrected all the same; nobody needs to set a clock for it. */
const CLOCK_FINDING_MS = 1_000;
/** A minute of batches waiting is more than a hiccup of the network. */
export const BACKLOG_BATCHES = 60;
/** What was lost is told for a day. */
const LOSS_TOLD_MS = 24 * 3_600_000;
/** Confirmed within a second where all is well; a gateway that is just starting needs some more. */
const CONFIG_PENDING_MS = 60_000;
/** A USB radio is restarted now and then; more often is a bad port or power supply. */
const RESTARTS_AN_HOUR = 3;
/** One box's epochs only rise; twice is no card that was put back from a copy. */
const EPOCH_FALLS = 2;
/** From here on every fifth packet meets another one in the air. */
const CROWDED_ADVERTS_PER_SECOND = 1_000;
/** So much of its reach a gateway loses with every second one of its weakest packets. */
const NOISE_UP_DB = 6;
/** Raspberry Pis slow down at 80 °C. */
const HOT_C = 80;

/** What the rest of the fleet tells of one gateway. */
export interface About {
  config: GatewayConfigState;
  /** Of those that run the same program; null where it is this one's. */
  newerVersion: string | null;
  elsewhere: GatewayElsewhere | null;
  /** Hears no carrier since, though its neighbours do and it should. */
  deafSinceMs: number | null;
  /** Hears so much less than before, in decibels, since. */
  less: { db: number; sinceMs: number } | null;
  /** Its weakest packets are so much stronger than usual, and its neighbours' are not. */
  noise: { db: number; sinceMs: number } | null;
  /** Of another make: it has neither an outbox nor a journal. Left out: no. */
  foreign?: boolean;
}

export const NOTHING_KNOWN: About = {
  config: { state: 'unknown', sinceMs: null, why: null },
  newerVersion: null,
  elsewhere: null,
  deafSinceMs: null,
  less: null,
  noise: null,
};

/** Tells pages to say so. */
const KEEPS_NOTHING = { keeps: 'nothing' } as const;

const GRAVITY: Record<Severity, number> = { fault: 0, warning: 1, info: 2 };

export function findingsOf(
  gatewayId: string,
  record: GatewayRecord,
  silent: boolean,
  about: About,
  timezone: string,
  nowMs: number,
): GatewayFinding[] {
  const findings: GatewayFinding[] = [];
  const add = (
    code: FindingCode,
    severity: Severity,
    sinceMs: number | null,
    params: GatewayFinding['params'],
    text: string,
    todo: string,
  ): void => {
    findings.push({ code, severity, sinceMs, params, text, todo });
  };
  const time = (atMs: number): string => localTime(timezone, atMs);

  if (record.lastSeenMs === null)
    add(
      'never-heard',
      'warning',
      null,
      {},
      'never heard',
      'Check that it has power and network, that its site and gateway id are these, and that the broker lets it in',
    );
  else if (!record.online && record.offlineSinceMs !== null)
    add(
      'offline',
      'fault',
      record.offlineSinceMs,
      about.foreign ? KEEPS_NOTHING : {},
      `offline since ${time(record.offlineSinceMs)}`,
      about.foreign
        ? 'Check its power and its network; what it hears meanwhile is lost'
        : 'Check its power and its network; what it hears meanwhile is kept on its disk and sent when it is back',
    );
  else if (silent)
    add(
      'silent',
      'fault',
      record.lastSeenMs,
      about.foreign ? KEEPS_NOTHING : {},
      `silent since ${time(record.lastSeenMs)}`,
      about.foreign
        ? 'Check its power and its network; what it hears meanwhile is lost'
        : 'Check its power and its network; if both are well, look at its journal',
    );
  if (record.fault)
    add('radio-fault', 'fault', record.faultSinceMs, { fault: record.fault }, record.fault, 'Do as it says');
  if (about.elsewhere) addElsewhere(gatewayId, about.elsewhere, add, time);
  if (record.epochFallsMs.length >= EPOCH_FALLS)
    add(
      'duplicate-id',
      'fault',
      record.epochFallsMs[0]!,
      {},
      'two boxes publish under this id',
      'Give each box a gateway id and a data folder of its own; a copied memory card is the usual cause',
    );
  if (!silent && about.deafSinceMs !== null)
    add(
      'deaf',
      'fault',
      about.deafSinceMs,
      {},
      `hears nothing since ${time(about.deafSinceMs)}; its neighbours do: antenna or placement`,
      'Look whether its antenna is connected and whether it stands behind metal or water; then restart it',
    );
  else if (!silent && about.less)
    add(
      'hears-less',
      'warning',
      about.less.sinceMs,
      { db: Math.round(-about.less.db) },
      `hears ${Math.round(-about.less.db)} dB less than before: antenna, water or a closed door`,
      'Look at its antenna, and at what was put or shut before it',
    );
  if (!silent && about.noise)
    add(
      'noise-up',
      'warning',
      about.noise.sinceMs,
      { db: Math.round(about.noise.db) },
      `its weakest packets are ${Math.round(about.noise.db)} dB stronger than usual: something near it drowns the rest`,
      'Look for a new device on 2.4 GHz or USB 3 beside it, and move one of them half a metre away',
    );
  addOfProgram(record, silent, about, nowMs, add, time);
  const perSecond = silent ? 0 : (record.advertsPerSecond ?? 0);
  if (perSecond >= CROWDED_ADVERTS_PER_SECOND)
    add(
      'crowded-air',
      'info',
      null,
      { advertsPerSecond: Math.round(perSecond) },
      `${Math.round(perSecond)} advertisements a second are on the air: one in five is lost to another`,
      'Beacons of the mall that advertise oftener than every second can be set slower',
    );
  const temperatureC = silent ? undefined : record.box?.temperatureC;
  if (temperatureC !== undefined && temperatureC >= HOT_C)
    add(
      'hot',
      'warning',
      null,
      { temperatureC: Math.round(temperatureC) },
      `its box is at ${Math.round(temperatureC)} °C`,
      'Give it air, or take it out of the sun; above 80 °C a Raspberry Pi slows down',
    );
  return findings.sort((a, b) => GRAVITY[a.severity] - GRAVITY[b.severity]);
}

type Add = (
  code: FindingCode,
  severity: Severity,
  sinceMs: number | null,
  params: GatewayFinding['params'],
  text: string,
  todo: string,
) => void;

function addElsewhere(
  gatewayId: string,
  { place, sure, sinceMs, swappedWith }: GatewayElsewhere,
  add: Add,
  time: (atMs: number) => string,
): void {
  const where = { floorId: place.floorId, xM: Math.round(place.xM), yM: Math.round(place.yM) };
  const params = { ...where, surePercent: Math.round(sure * 100) };
  if (swappedWith !== null)
    add(
      'swapped',
      'fault',
      sinceMs,
      { ...params, other: swappedWith },
      `${gatewayId} and ${swappedWith} seem to hang in each other's place since ${time(sinceMs)}`,
      'Compare the labels on both boxes with the plan, and swap their places on it or on the ceiling',
    );
  else
    add(
      'moved',
      'fault',
      sinceMs,
      params,
      `seems to hang elsewhere since ${time(sinceMs)}: near ${where.xM}, ${where.yM} m on ${where.floorId}`,
      'Look where it hangs, and correct its place on the plan; places around it are wrong until then',
    );
}

function addOfProgram(
  record: GatewayRecord,
  silent: boolean,
  { config, newerVersion }: About,
  nowMs: number,
  add: Add,
  time: (atMs: number) => string,
): void {
  const offsetMs = record.clock.measuredMs ?? 0;
  if (Math.abs(offsetMs) >= CLOCK_FINDING_MS)
    add(
      'clock-off',
      'warning',
      record.clockOffSinceMs,
      { offsetMs: Math.round(offsetMs) },
      `clock is ${duration(Math.abs(offsetMs))} ${offsetMs < 0 ? 'ahead' : 'behind'}`,
      'Its times are corrected; switch on time synchronisation (timedatectl set-ntp true) to be sure of them',
    );
  if ((record.outboxBatches ?? 0) > BACKLOG_BATCHES && !silent)
    add(
      'catching-up',
      'warning',
      record.backlogSinceMs,
      { batches: record.outboxBatches! },
      `catching up, ${record.outboxBatches} batches are waiting`,
      'Nothing: figures are provisional until it is done',
    );
  const dropped = record.droppedBatches ?? 0;
  if (dropped > 0 && record.droppedAtMs !== null && nowMs - record.droppedAtMs < LOSS_TOLD_MS)
    add(
      'dropped-batches',
      'warning',
      record.droppedAtMs,
      { batches: dropped },
      `dropped ${dropped} ${dropped === 1 ? 'batch' : 'batches'} in an outage`,
      'A larger outbox.maxBytes outlasts longer outages; a disk that fails does so as well',
    );
  if (config.state === 'refused')
    add(
      'config-refused',
      'fault',
      config.sinceMs,
      { why: config.why ?? '' },
      `refuses its configuration: ${config.why ?? 'it does not say why'}`,
      'Correct its settings; until then it goes on with those of before',
    );
  else if (
    config.state === 'pending' &&
    !silent &&
    config.sinceMs !== null &&
    nowMs - config.sinceMs > CONFIG_PENDING_MS
  )
    add(
      'config-pending',
      'warning',
      config.sinceMs,
      {},
      `its configuration is not confirmed since ${time(config.sinceMs)}`,
      'Check that the broker lets it read its config topic; restart it if it does',
    );
  const restarts = record.radioRestartsMs.length;
  if (restarts >= RESTARTS_AN_HOUR)
    add(
      'radio-restarts',
      'warning',
      record.radioRestartsMs[0]!,
      { restarts },
      `its radio was started again ${restarts} times within an hour`,
      'Try another USB port or adapter, and a stronger power supply; end other programs that scan',
    );
  const starts = record.startsMs.length;
  if (starts >= RESTARTS_AN_HOUR && record.epochFallsMs.length < EPOCH_FALLS)
    add(
      'program-restarts',
      'warning',
      record.startsMs[0]!,
      { restarts: starts },
      `its program started ${starts} times within an hour`,
      'A weak power supply is the usual cause; its journal tells of others',
    );
  if (newerVersion !== null && record.version !== null)
    add(
      'old-version',
      'info',
      null,
      { version: record.version, newest: newerVersion },
      `runs ${record.version}, others run ${newerVersion}`,
      'Update it when it suits',
    );
}

/** Of one gateway against its own usual and its neighbours. */
export const isNoisy = (upDb: number, neighboursUpDb: number): boolean =>
  upDb >= NOISE_UP_DB && neighboursUpDb < NOISE_UP_DB / 2;

function duration(ms: number): string {
  if (ms < 120_000) return `${(ms / 1000).toFixed(1)} s`;
  if (ms < 7_200_000) return `${Math.round(ms / 60_000)} min`;
  if (ms < 172_800_000) return `${Math.round(ms / 3_600_000)} h`;
  return `${Math.round(ms / 86_400_000)} days`;
}

/** "0.1.0", "ESPresense 3.3.5": what stands before the number is another program's. Undefined where there is no number. */
export function versionOf(text: string): { program: string; parts: number[] } | undefined {
  const match = /^(\D*?)v?(\d+(?:\.\d+)*)/.exec(text);
  return match ? { program: match[1]!.trim(), parts: match[2]!.split('.').map(Number) } : undefined;
}

export function isOlder(a: readonly number[], b: readonly number[]): boolean {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}
