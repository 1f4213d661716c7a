/** What stands beside a field in the source is what the document and the client say of it. */
import { expect, test } from 'vitest';
import { notesOf } from '../../server/http/notesOf.ts';
import { declaredDocument } from '../../server/http/writtenClient.ts';

const CONTRACT = `
/** Metres, y up. */
const place = { /** To the right. */ xM: z.number() };
const basket = {
  /** What was paid. */
  amount: z.number().optional(),
};
/** A shop's sale. */
export const sale = z.object({
  id,
  /** By the till, such as \`7/a\`. */
  key: z.string().regex(/^[\\x21-"'}{]{1,80}$/, "it's wrong: {"),
  ...basket,
  // Not for readers.
  lines: z.array(
    z.object({
      /**
       * Pieces,
       * not packs.
       */
      count: z.int(),
    }),
  ),
});
export const plain = z.enum(['a']);
`;
const ROUTES = `
const body = named('SaleInput', sale.partial({ id: true }).extend({
  /** Who brought it. */
  by: id,
}));
const answer = z.object({ /** Hidden: it has no name. */ at: z.string() });
`;

test('comments before fields are found, through strings, expressions, spreads and derived schemas', () => {
  const sale = { key: 'By the till, such as `7/a`.', amount: 'What was paid.', 'lines.count': 'Pieces, not packs.' };
  expect(notesOf([CONTRACT], [ROUTES])).toEqual({
    Sale: { '': "A shop's sale.", ...sale },
    SaleInput: { ...sale, by: 'Who brought it.' },
  });
});

test('the document says what a field is, and its unit', () => {
  const { components } = declaredDocument() as {
    components: { schemas: Record<string, { properties: Record<string, { description?: string }> }> };
  };
  const { SeriesPoint, Gateway, Redemption } = components.schemas;
  expect(SeriesPoint!.properties.coverage!.description).toMatch(/^Share of expected gateway-minutes/);
  expect(Gateway!.properties.zM!.description).toBe('Height of the antenna above the floor. Metres.');
  expect(Redemption!.properties.voidableUntil!.description).toMatch(/taken back/);
});
