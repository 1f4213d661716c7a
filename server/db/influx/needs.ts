/**
 * Which rows a statement can read: what must be in the working set before it runs there. DuckDB's own plan tells it, with the
 * conditions that reach each table, so that no question has to declare what it needs, and none can declare too little. What
 * the plan tells in a form that is not known here counts as no condition: more is read then, never less.
 */
import { DAY_MS } from '../../metrics/localTime.ts';
import { Duck, type SqlValue } from '../duckdb.ts';
import { withValues } from '../literals.ts';
import { migrate } from '../migrations/index.ts';
import { EVER, LAYOUTS, type Layout, meet, type PointRange, pointRange } from './layout.ts';

export interface Need {
  layout: Layout;
  /** Undefined: of every site. */
  siteId: string | undefined;
  range: PointRange;
  /** Values of the partition's column; undefined: all. */
  parts: readonly string[] | undefined;
}

/** With these a plan would show what the planner makes of the tables' present content, and they are empty there. */
const WITHOUT = ['statistics_propagation', 'join_filter_pushdown', 'empty_result_pullup', 'cte_inlining'];
/** Some statements of each question, a few questions each by some hundred periods. */
const KEPT_PLANS = 2_000;

interface PlanNode {
  name: string;
  children: PlanNode[];
  extra_info: { Table?: string; Filters?: string | string[] };
}

/** What DuckDB shows of `column >= 5 AND column < 7`, the only form that bounds anything here. */
const BOUND = /^([a-z_]+)(>=|<=|>|<|=)(-?\d+)$/;
const EQUALS = /^([a-z_]+)='((?:[^']|'')*)'$/;
const ONE_OF = /^(?:optional: )?\(?([a-z_]+) IN \(((?:'(?:[^']|'')*'(?:, )?)+)\)\)?$/;

const unquoted = (text: string): string => text.replaceAll("''", "'");

function parse(layout: Layout, filters: readonly string[]): Need {
  const need: { -readonly [K in keyof Need]: Need[K] } = { layout, siteId: undefined, range: EVER, parts: undefined };
  for (const filter of filters) {
    const equals = EQUALS.exec(filter);
    if (equals) {
      if (equals[1] === 'site_id') need.siteId = unquoted(equals[2]!);
      if (equals[1] === layout.partition) need.parts = [unquoted(equals[2]!)];
      continue;
    }
    const oneOf = ONE_OF.exec(filter);
    if (oneOf) {
      if (oneOf[1] === layout.partition && need.parts === undefined)
        need.parts = [...oneOf[2]!.matchAll(/'((?:[^']|'')*)'/g)].map(([, value]) => unquoted(value!));
      continue;
    }
    if (filter.includes(' OR ')) continue;
    for (const bound of filter.split(' AND ').map((part) => BOUND.exec(part))) {
      if (!bound) continue;
      const [, column, operator, text] = bound;
      const value = Number(text);
      const from =
        operator === '>' ? value + 1 : operator === '<' || operator === '<=' ? Number.NEGATIVE_INFINITY : value;
      const to =
        operator === '<' ? value - 1 : operator === '>' || operator === '>=' ? Number.POSITIVE_INFINITY : value;
      need.range = meet(need.range, pointRange(layout, column!, from, to));
    }
  }
  return need;
}

function collect(node: PlanNode, found: Need[]): void {
  const layout = LAYOUTS.get(node.extra_info.Table?.split('.').at(-1) ?? '');
  if (layout) {
    const { Filters: filters = [] } = node.extra_info;
    found.push(parse(layout, Array.isArray(filters) ? filters : [filters]));
  }
  for (const child of node.children) collect(child, found);
}

const NAMES = new RegExp(`\\b(${[...LAYOUTS.keys()].join('|')})\\b`);

export class Planner {
  readonly #duck: Duck;
  readonly #plans = new Map<string, Need[]>();

  private constructor(duck: Duck) {
    this.#duck = duck;
  }

  /** A database of its own, with all tables and nothing in them. */
  static async open(): Promise<Planner> {
    const duck = await Duck.open(':memory:', { memoryLimit: '100MB', threads: 1 });
    await migrate(duck, 0);
    await duck.run(`set global disabled_optimizers = '${WITHOUT.join(',')}'`);
    return new Planner(duck);
  }

  async needs(sql: string, params: readonly SqlValue[] = []): Promise<readonly Need[]> {
    if (!NAMES.test(sql)) return [];
    // A plan shows values, and not what will be bound.
    const text = withValues(sql, params);
    const known = this.#plans.get(text);
    if (known) {
      this.#plans.delete(text);
      this.#plans.set(text, known);
      return known;
    }
    const row = await this.#duck.get<{ explain_value: string }>(`explain (format json) ${text}`);
    const found: Need[] = [];
    for (const node of JSON.parse(row!.explain_value) as PlanNode[]) collect(node, found);
    this.#plans.set(text, found);
    if (this.#plans.size > KEPT_PLANS) this.#plans.delete(this.#plans.keys().next().value!);
    return found;
  }

  close(): Promise<void> {
    return this.#duck.close();
  }
}

/** Whole days of UTC. */
export const dayOf = (ms: number): number => Math.floor(ms / DAY_MS);
