/** Tests of whole servers on either engine of the time series: the environment that chooses it, and a real InfluxDB for one of them. */
import { afterAll, beforeAll, describe } from 'vitest';
import { describeWith } from './describeWith.ts';
import { Influxd, influxMissing } from './influxd.ts';

export interface EngineUnderTest {
  name: 'DuckDB' | 'InfluxDB';
  /** For a server process; a database of its own each time. */
  env(): Record<string, string>;
  /** Where there is one. */
  influxd: Influxd | undefined;
}

/** The body declares tests. */
export function onBothEngines(body: (engine: EngineUnderTest) => void): void {
  describe('on DuckDB', () => body({ name: 'DuckDB', env: () => ({}), influxd: undefined }));
  describeWith(influxMissing, 'on InfluxDB', () => {
    const influxd = new Influxd();
    let databases = 0;
    beforeAll(async () => {
      await influxd.start();
    });
    afterAll(() => influxd.stop());
    body({
      name: 'InfluxDB',
      influxd,
      env() {
        databases += 1;
        return {
          PROMENADE_ENGINE: 'influx',
          PROMENADE_INFLUX_URL: influxd.url,
          PROMENADE_INFLUX_DATABASE: `mall_${databases}`,
        };
      },
    });
  });
}
