/** `npm run server -- --config FILE`: the server alone. */
import { parseArgs } from 'node:util';
import { createApp } from './app.ts';
import { ConfigError, loadServerConfig } from './config.ts';

/** Parent processes (npm start, npm run replay) learn the addresses by a message. */
interface ReadyMessage {
  type: 'ready';
  url: string;
  mqttUrl: string;
  signInUrl: string | null;
  demoToken: string | null;
}

function readArguments(): { config: string | undefined; demo: boolean } {
  try {
    const { values } = parseArgs({
      options: { config: { type: 'string' }, demo: { type: 'boolean', default: false } },
      strict: true,
    });
    return { config: values.config, demo: values.demo };
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\nUsage: npm run server -- --config FILE\n`);
    process.exit(2);
  }
}

async function main(): Promise<void> {
  const args = readArguments();
  const loaded = loadServerConfig(args.config, process.env);
  const config = args.demo ? { ...loaded, demo: true } : loaded;
  const app = createApp(config, { clock: Date.now });

  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    app.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`The server did not stop cleanly: ${(error as Error).message}\n`);
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  // A parent that died leaves its server no reason to go on.
  process.on('disconnect', stop);

  const { url, mqttUrl, signInUrl } = await app.start();
  if (process.send) {
    const demoToken = args.demo ? await app.issueDemoToken() : null;
    process.send({ type: 'ready', url, mqttUrl, signInUrl, demoToken } satisfies ReadyMessage);
  } else {
    process.stdout.write(`Promenade listens at ${url}, MQTT at ${mqttUrl}\n`);
    if (signInUrl) process.stdout.write(`Sign in as owner with this link, once: ${signInUrl}\n`);
  }
}

main().catch((error: unknown) => {
  const known = error instanceof ConfigError;
  const code = (error as NodeJS.ErrnoException).code;
  const text =
    code === 'EADDRINUSE'
      ? `${(error as Error).message}: another program uses that port. Stop it, or set another with PROMENADE_HTTP_PORT or PROMENADE_MQTT_EMBEDDED_PORT.`
      : known
        ? (error as Error).message
        : `The server could not start: ${(error as Error).stack ?? String(error)}`;
  process.stderr.write(`${text}\n`);
  process.exit(1);
});
