/** Reads a scenario by its name in simulators/scenarios or by its path. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { parseScenario, type Scenario, ScenarioError } from './scenario.ts';

/** The emitted JavaScript lies one folder deeper (dist/simulators) and leaves the scenarios where they are. */
function scenarioFolder(): string {
  const beside = join(import.meta.dirname, 'scenarios');
  return existsSync(beside) ? beside : join(import.meta.dirname, '..', '..', 'simulators', 'scenarios');
}

export function loadScenario(nameOrPath: string): Scenario {
  const named = join(scenarioFolder(), `${nameOrPath}.yaml`);
  const path = existsSync(named) ? named : nameOrPath;
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    const names = readdirSync(scenarioFolder()).map((file) => file.replace(/\.yaml$/, ''));
    throw new ScenarioError(`scenario ${nameOrPath}`, [`is neither a file nor one of ${names.join(', ')}`]);
  }
  let raw: unknown;
  try {
    raw = parse(text);
  } catch (error) {
    throw new ScenarioError(path, [error instanceof Error ? error.message : String(error)]);
  }
  return parseScenario(raw, path);
}
