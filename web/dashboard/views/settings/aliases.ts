/** Names that a fleet gives to beacons, as rows that people edit and as lists that they paste. Pure. */
import type { Fleet } from '../../../../server/contract/fleets.ts';

export interface AliasRow {
  name: string;
  uuid: string;
  major: number;
  minor: number;
}
type AliasFault = 'fleet.aliasFour' | 'fleet.aliasUuid' | 'fleet.aliasNumber';

const MAX_NUMBER = 0xffff;
const UUID = /^[0-9a-f]{32}$/;

export const rowsOf = (aliases: Fleet['aliases']): AliasRow[] =>
  Object.entries(aliases).map(([name, beacon]) => ({ name, ...beacon }));
export const aliasesOf = (rows: readonly AliasRow[]): Fleet['aliases'] =>
  Object.fromEntries(rows.map(({ name, ...beacon }) => [name.trim(), beacon]));

export function rowsFault(rows: readonly AliasRow[]): 'fleet.aliasNameless' | 'fleet.aliasTwice' | undefined {
  const names = rows.map(({ name }) => name.trim());
  if (names.includes('')) return 'fleet.aliasNameless';
  return new Set(names).size < names.length ? 'fleet.aliasTwice' : undefined;
}

/** Lines of name, UUID, major, minor; a head line is passed over. */
export function parseAliases(text: string): { rows: AliasRow[]; faults: { line: number; fault: AliasFault }[] } {
  const rows: AliasRow[] = [];
  const faults: { line: number; fault: AliasFault }[] = [];
  text.split(/\r?\n/).forEach((line, index) => {
    if (line.trim() === '') return;
    const cells = line.split(/[;,\t]/).map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'));
    const [name = '', uuid = '', major = '', minor = ''] = cells;
    const isHead = index === 0 && /uuid/i.test(line) && !/[0-9a-f]{8}/i.test(uuid);
    if (isHead) return;
    const numbers = [major, minor].map((cell) => (/^\d{1,5}$/.test(cell) ? Number(cell) : Number.NaN));
    const fault: AliasFault | undefined =
      cells.length !== 4 || name === ''
        ? 'fleet.aliasFour'
        : !UUID.test(uuid.toLowerCase().replaceAll('-', ''))
          ? 'fleet.aliasUuid'
          : numbers.every((value) => value <= MAX_NUMBER)
            ? undefined
            : 'fleet.aliasNumber';
    if (fault === undefined) rows.push({ name, uuid, major: numbers[0]!, minor: numbers[1]! });
    else faults.push({ line: index + 1, fault });
  });
  return { rows, faults };
}

/** Those of the list replace those of the same name. */
export const withPasted = (rows: readonly AliasRow[], pasted: readonly AliasRow[]): AliasRow[] => [
  ...new Map([...rows, ...pasted].map((row) => [row.name.trim(), row])).values(),
];
