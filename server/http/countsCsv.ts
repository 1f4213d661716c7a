/** Reads a file of reference counts: `zone,from,to,people` and, where there are, `out` and `note`. */
import { parse } from 'csv-parse/sync';
import { MAX_PEOPLE } from '../contract/people.ts';
import { badRequest } from '../errors.ts';
import { parseInstant } from './times.ts';

export interface CsvCount {
  line: number;
  zoneId: string;
  fromMs: number;
  toMs: number;
  people: number;
  out: number | null;
  note: string | null;
}
export interface CsvFault {
  line: number;
  column: string;
  message: string;
}

const REQUIRED = ['zone', 'from', 'to', 'people'] as const;
const KNOWN: readonly string[] = [...REQUIRED, 'out', 'note'];
/** A year of quarter hours at one door is 35,040. */
export const MAX_CSV_ROWS = 50_000;
const MAX_NOTE_CHARS = 500;

interface CsvRecord {
  record: Record<string, string>;
  info: { lines: number };
}

/** Spreadsheets of the region save with semicolons. */
const delimiterOf = (text: string): string => {
  const header = text.slice(0, text.search(/\r?\n|$/));
  return header.split(';').length > header.split(',').length ? ';' : ',';
};

function recordsOf(text: string): CsvRecord[] {
  try {
    return parse(text, {
      bom: true,
      columns: (names: string[]) => names.map((name) => name.trim().toLowerCase()),
      delimiter: delimiterOf(text),
      info: true,
      skip_empty_lines: true,
      trim: true,
      to: MAX_CSV_ROWS + 1,
    }) as unknown as CsvRecord[];
  } catch (error) {
    throw badRequest(`is not a CSV file: ${(error as Error).message}`, 'body');
  }
}

export function readCountsCsv(text: string): { counts: CsvCount[]; faults: CsvFault[] } {
  const records = recordsOf(text);
  if (records.length === 0)
    throw badRequest(`must have a header, ${REQUIRED.join(',')}, and a line for each count`, 'body');
  if (records.length > MAX_CSV_ROWS)
    throw badRequest(`must have at most ${MAX_CSV_ROWS} lines; send several files`, 'body');
  const columns = Object.keys(records[0]!.record);
  const missing = REQUIRED.filter((name) => !columns.includes(name));
  const strange = columns.filter((name) => !KNOWN.includes(name));
  if (missing.length > 0 || strange.length > 0)
    throw badRequest(
      `must have the columns ${REQUIRED.join(', ')} and may have out, note${missing.length > 0 ? `; ${missing.join(', ')} is missing` : ''}${strange.length > 0 ? `; ${strange.join(', ')} is not known` : ''}`,
      'body',
    );
  const counts: CsvCount[] = [];
  const faults: CsvFault[] = [];
  for (const { record, info } of records) {
    const line = info.lines;
    const before = faults.length;
    const wrong = (column: string, message: string): number => {
      faults.push({ line, column, message });
      return 0;
    };
    const time = (column: 'from' | 'to'): number => {
      const atMs = parseInstant(record[column]!);
      return typeof atMs === 'number' ? atMs : wrong(column, atMs);
    };
    const whole = (column: 'people' | 'out'): number => {
      const number = Number(record[column]);
      return /^\d+$/.test(record[column]!) && number <= MAX_PEOPLE
        ? number
        : wrong(column, `must be a whole number from 0 to ${MAX_PEOPLE}`);
    };
    const count: CsvCount = {
      line,
      zoneId: record.zone!,
      fromMs: time('from'),
      toMs: time('to'),
      people: whole('people'),
      out: record.out ? whole('out') : null,
      note: record.note || null,
    };
    if (count.note && count.note.length > MAX_NOTE_CHARS)
      wrong('note', `must have at most ${MAX_NOTE_CHARS} characters`);
    if (faults.length === before) counts.push(count);
  }
  return { counts, faults };
}
