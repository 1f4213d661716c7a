/** For a whole suite: one InfluxDB, told of in the environment, that every server process of it uses. */
import { Influxd } from './influxd.ts';
import { INFLUX_URL } from './serverProcess.ts';

export default async function setup(): Promise<() => Promise<void>> {
  const influxd = await new Influxd().start();
  process.env[INFLUX_URL] = influxd.url;
  return () => influxd.stop();
}
