/** Reads a file of orders line by line, so that a year's file needs no more memory than a day's. */
import type { Readable } from 'node:stream';
import { type OptionsWithColumns, parse } from 'csv-parse';
import { parseAmount } from '../contract/money.ts';
import { type OrderFault, type OrderInput, orderInput } from '../contract/orders.ts';
import { badRequest } from '../errors.ts';

const REQUIRED = ['order', 'at', 'amount'] as const;
const OPTIONAL = ['tenant', 'currency', 'items', 'zone', 'source', 'offer', 'shopper', 'customer'] as const;
const KNOWN: readonly string[] = [...REQUIRED, ...OPTIONAL];
/** Field of an order → column of the file. */
const COLUMN: Record<string, string> = {
  id: 'order',
  amountMinor: 'amount',
  offerId: 'offer',
  shopperRef: 'shopper',
  customerId: 'customer',
};
export const columnOf = (field: string): string => COLUMN[field] ?? field;

/** A header of all columns has some 80 characters. */
const MAX_HEADER_CHARS = 2_000;
const MAX_RECORD_CHARS = 20_000;

export type CsvOrder = { line: number } & ({ order: OrderInput } | { fault: Omit<OrderFault, 'at'> });

/** Spreadsheets of the region save with semicolons, because their numbers have commas. */
const delimiterOf = (header: string): string => (header.split(';').length > header.split(',').length ? ';' : ',');

/** The stream again, and what stands before its first line break. */
async function* whole(chunks: AsyncIterator<Buffer>, read: Buffer): AsyncGenerator<Buffer> {
  yield read;
  for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value;
}

async function headerOf(chunks: AsyncIterator<Buffer>): Promise<{ header: string; read: Buffer }> {
  let read: Buffer = Buffer.alloc(0);
  for (;;) {
    const text = read.toString('utf8');
    const end = text.search(/[\r\n]/);
    if (end >= 0) return { header: text.slice(0, end), read };
    if (text.length > MAX_HEADER_CHARS) throw badRequest('must begin with a header line', 'body');
    const next = await chunks.next();
    if (next.done) return { header: text, read };
    read = Buffer.concat([read, next.value]);
  }
}

/** @throws AppError where the header is wrong or, later, where the file cannot be read further */
export async function* readOrdersCsv(upload: Readable, currency: string): AsyncGenerator<CsvOrder> {
  const chunks: AsyncIterator<Buffer> = upload[Symbol.asyncIterator]();
  const { header, read } = await headerOf(chunks);
  const delimiter = delimiterOf(header);
  const columns = header
    .replace(/^\uFEFF/, '')
    .split(delimiter)
    .map((name) => name.trim().replaceAll('"', '').toLowerCase());
  const missing = REQUIRED.filter((name) => !columns.includes(name));
  const strange = columns.filter((name) => !KNOWN.includes(name));
  if (missing.length > 0 || strange.length > 0)
    throw badRequest(
      `must have the columns ${REQUIRED.join(', ')} and may have ${OPTIONAL.join(', ')}${missing.length > 0 ? `; ${missing.join(', ')} is missing` : ''}${strange.length > 0 ? `; ${strange.join(', ').slice(0, 200)} is not known` : ''}`,
      'body',
    );
  // What was read of a chunk waits here, so that it is not lost where the parser gives up on a later line of it.
  const waiting: CsvOrder[] = [];
  const options: OptionsWithColumns<Record<string, string>> = {
    bom: true,
    columns,
    from_line: 2,
    delimiter,
    relax_column_count_less: true,
    // An inch in a number of a receipt.
    relax_quotes: true,
    skip_empty_lines: true,
    trim: true,
    max_record_size: MAX_RECORD_CHARS,
    on_record: (record, { lines }) => {
      waiting.push({ line: lines, ...orderOf(record, currency) });
      return null;
    },
  };
  const parser = parse(options).resume();
  const fed = (feed: (done: (error?: Error | null) => void) => void): Promise<void> =>
    new Promise((resolve, reject) => {
      parser.once('error', reject);
      feed((error) => (error ? reject(error) : resolve()));
    });
  try {
    for await (const chunk of whole(chunks, read)) {
      await fed((done) => parser.write(chunk, done));
      yield* waiting.splice(0);
      parser.removeAllListeners('error');
    }
    await fed((done) => parser.end(done));
    yield* waiting.splice(0);
  } catch (error) {
    yield* waiting.splice(0);
    throw error;
  } finally {
    parser.destroy();
    upload.destroy();
  }
}

function orderOf(
  record: Record<string, string>,
  currency: string,
): { order: OrderInput } | { fault: Omit<OrderFault, 'at'> } {
  const fault = (field: string, message: string) => ({
    fault: { order: record.order?.slice(0, 64) || null, field, message },
  });
  if (record.currency && record.currency !== currency)
    return fault('currency', `must be ${currency}, the currency of the site`);
  const amountMinor = parseAmount(record.amount ?? '', currency);
  if (amountMinor === undefined)
    return fault('amount', 'must be an amount such as 1290 or 1290,50, without a currency or a sign');
  if (record.items && !/^\d{1,6}$/.test(record.items)) return fault('items', 'must be a whole number');
  const read = orderInput.safeParse({
    id: record.order ?? '',
    ...(record.tenant ? { tenant: record.tenant } : {}),
    at: record.at ?? '',
    amountMinor,
    items: record.items ? Number(record.items) : null,
    zone: record.zone || null,
    source: record.source || 'import',
    offerId: record.offer || null,
    shopperRef: record.shopper || null,
    customerId: record.customer || null,
  });
  if (read.success) return { order: read.data };
  const first = read.error.issues[0]!;
  return fault(columnOf(String(first.path[0])), first.message);
}
