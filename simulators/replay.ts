/** `npm run replay`: plays recorded data through MQTT at the data's own time, on a site that lives in that time. */
import { parseArgs } from 'node:util';
import { Fleet } from './fleet.ts';
import { Progress } from './progress.ts';
import { readRecorded } from './recorded.ts';
import { playRecorded } from './replayPlay.ts';
import { beaconOf, makeReplaySite, replaySiteOf } from './replaySite.ts';
import { restClient, serverFault } from './rest.ts';
import { answerHelp, isUnknownOption } from './usage.ts';

const USAGE = `usage: replay --data DIR --mqtt URL [options]
  --data DIR             a folder with gateways, sightings and truth as .csv.gz, and floors/ where there are drawings
  --mqtt URL             the broker, such as mqtt://127.0.0.1:1883
  --mqtt-user, --mqtt-password
  --server URL --token T (or PROMENADE_TOKEN) makes the site on that server first
  --speed X|max          times the data's own time (max); stretches without any walk are skipped
  --acks server|broker   whose ack frees a batch (server)
  --json                 the result as one line of JSON on standard output
  --progress-json        progress as lines of JSON on standard output
npm run replay starts a server of its own where --server and --mqtt are left out.
`;
const MAX_WAITING = 2_000;
const BATCH_MS = 20_000;
const HEARTBEAT_MS = 60_000;

class UsageError extends Error {}

async function main(): Promise<void> {
  answerHelp(USAGE);
  const { values } = parseArgs({
    options: {
      data: { type: 'string' },
      mqtt: { type: 'string' },
      'mqtt-user': { type: 'string' },
      'mqtt-password': { type: 'string' },
      server: { type: 'string' },
      // In the environment it is in no list of processes.
      token: { type: 'string', default: process.env.PROMENADE_TOKEN ?? '' },
      speed: { type: 'string', default: 'max' },
      acks: { type: 'string', default: 'server' },
      json: { type: 'boolean', default: false },
      'progress-json': { type: 'boolean', default: false },
    },
  });
  const faults: string[] = [];
  if (!values.data) faults.push('--data: the folder with the recorded data must be named');
  if (!values.mqtt) faults.push('--mqtt: the broker must be named, such as mqtt://127.0.0.1:1883');
  if (!!values.server !== !!values.token) faults.push('--server and --token belong together');
  const speed = values.speed === 'max' ? Number.POSITIVE_INFINITY : Number(values.speed);
  if (!(speed > 0)) faults.push(`--speed ${values.speed}: must be a number above 0, or max`);
  if (values.acks !== 'server' && values.acks !== 'broker') faults.push('--acks must be server or broker');
  if (faults.length > 0) throw new UsageError(faults.join('\n'));

  const progress = new Progress({ json: values['progress-json'] });
  const stop = new AbortController();
  // A parent that died leaves no reason to go on either.
  for (const name of ['SIGINT', 'SIGTERM', 'disconnect'] as const) process.once(name, () => stop.abort());
  process.channel?.unref();
  const beganMs = performance.now();
  progress.say(`reading ${values.data} …`);
  const data = await readRecorded(values.data!);
  const site = replaySiteOf(data.name);
  const client = values.server && values.token ? restClient(values.server, values.token) : undefined;
  if (client) await makeReplaySite(client, site, data, (text) => progress.say(text));

  const playedFromMs = performance.now();
  const fleet = new Fleet({
    siteId: site.siteId,
    gatewayIds: data.gateways.map((gateway) => gateway.id),
    url: values.mqtt!,
    ...(values['mqtt-user'] === undefined ? {} : { username: values['mqtt-user'] }),
    ...(values['mqtt-password'] === undefined ? {} : { password: values['mqtt-password'] }),
    uuids: [site.uuid],
    seed: 1,
    epoch: Math.floor(Date.now() / 1_000),
    batchMs: BATCH_MS,
    heartbeatMs: HEARTBEAT_MS,
    heartbeatSpanMs: BATCH_MS,
    sharedLink: true,
    ackFrom: values.acks as 'server' | 'broker',
    beganMs: data.sightings[0]?.atMs ?? 0,
    onProblem: (problem) => progress.say(`mqtt: ${problem}`),
  });
  fleet.start();
  const onStalled = (): void => progress.say('no acks for 15 s: is the Promenade server running on this broker?');
  const show = (played: number, atMs: number, last = false): void =>
    progress.show(
      {
        label: 'replay',
        done: played / Math.max(1, data.sightings.length),
        detail: `${new Date(atMs).toLocaleString('sv-SE', { timeZone: site.timezone })}  ${played} of ${data.sightings.length} sightings  ${fleet.totals().waiting} batches on their way`,
      },
      last,
    );
  const beacons = data.carriers.map((_, walk) => beaconOf(site.uuid, walk));
  const played = await playRecorded(data.sightings, beacons, fleet, {
    speed,
    maxWaiting: MAX_WAITING,
    signal: stop.signal,
    onProgress: show,
    onStalled,
  });
  while (!stop.signal.aborted && !(await fleet.room(0, 15_000))) onStalled();
  if (!stop.signal.aborted) show(played, data.sightings.at(-1)?.atMs ?? 0, true);
  await fleet.stop({ farewell: false });

  const nowMs = performance.now();
  const totals = fleet.totals();
  const seconds = (from: number): number => Math.round((nowMs - from) / 100) / 10;
  const result = {
    dataset: data.name,
    site: site.siteId,
    gateways: data.gateways.length,
    carriers: data.carriers.length,
    sightingsRead: data.sightings.length,
    skipped: data.skipped,
    sightingsPlayed: played,
    batches: totals.batches,
    rowsSent: totals.rows,
    batchesAcked: totals.ackedBatches,
    rowsAcked: totals.ackedRows,
    resent: totals.resent,
    seconds: seconds(beganMs),
    secondsPlaying: seconds(playedFromMs),
    firstMs: data.sightings[0]?.atMs ?? null,
    lastMs: data.sightings.at(-1)?.atMs ?? null,
  };
  if (values.json) process.stdout.write(`${JSON.stringify(result)}\n`);
  else
    progress.say(
      `${result.dataset}: ${result.sightingsPlayed} readings of ${result.carriers} walks became ${result.rowsSent} sightings in ${result.batches} batches; ${result.rowsAcked} acked in ${result.secondsPlaying} s`,
    );
  progress.event('done', result);
  if (stop.signal.aborted) process.exitCode = 130;
}

main().catch((error: unknown) => {
  const plain =
    error instanceof UsageError ||
    isUnknownOption(error) ||
    (error instanceof Error && error.name === 'RecordedDataError');
  const words = plain ? (error as Error).message : serverFault(error);
  process.stderr.write(`${words ?? String(error instanceof Error ? error.stack : error)}\n`);
  if (error instanceof UsageError || isUnknownOption(error)) process.stderr.write(`\n${USAGE}`);
  process.exitCode = 1;
});
