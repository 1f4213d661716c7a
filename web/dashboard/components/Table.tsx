/** A table that sorts by its heads. Numbers stand right and tabular. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';

export interface Column<Row> {
  id: string;
  title: string;
  cell: (row: Row) => ComponentChildren;
  /** What to sort by; absent: the column does not sort. Null sorts last either way. */
  sortBy?: (row: Row) => number | string | null;
  numeric?: boolean;
  /** Left out on narrow screens. */
  minor?: boolean;
}

export function Table<Row>(props: {
  caption: string;
  columns: Column<Row>[];
  rows: Row[];
  rowKey: (row: Row) => string;
  initialSort?: { column: string; descending: boolean };
  onRowHover?: (row: Row | undefined) => void;
  rowClass?: (row: Row) => string;
  limit?: number;
}) {
  const [sort, setSort] = useState(props.initialSort);
  const by = props.columns.find((column) => column.id === sort?.column)?.sortBy;
  const rows =
    by === undefined
      ? props.rows
      : [...props.rows].sort((a, b) => {
          const [x, y] = [by(a), by(b)];
          if (x === null || y === null) return x === y ? 0 : x === null ? 1 : -1;
          const order = typeof x === 'string' ? x.localeCompare(String(y)) : x - Number(y);
          return sort?.descending ? -order : order;
        });
  return (
    <div class="table-frame">
      <table class="table">
        <caption class="visually-hidden">{props.caption}</caption>
        <thead>
          <tr>
            {props.columns.map((column) => {
              const sorted = sort?.column === column.id;
              return (
                <th
                  key={column.id}
                  scope="col"
                  class={`${column.numeric ? 'numeric' : ''} ${column.minor ? 'minor' : ''}`}
                  aria-sort={sorted ? (sort.descending ? 'descending' : 'ascending') : undefined}
                >
                  {column.sortBy === undefined ? (
                    column.title
                  ) : (
                    <button
                      type="button"
                      onClick={() =>
                        setSort({
                          column: column.id,
                          descending: sorted ? !sort.descending : column.numeric === true,
                        })
                      }
                    >
                      {column.title}
                      <span aria-hidden="true" class="sort-mark">
                        {sorted ? (sort.descending ? '↓' : '↑') : ''}
                      </span>
                    </button>
                  )}
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody>
          {(props.limit === undefined ? rows : rows.slice(0, props.limit)).map((row) => (
            <tr
              key={props.rowKey(row)}
              class={props.rowClass?.(row)}
              onMouseEnter={() => props.onRowHover?.(row)}
              onMouseLeave={() => props.onRowHover?.(undefined)}
            >
              {props.columns.map((column) => (
                <td key={column.id} class={`${column.numeric ? 'numeric num' : ''} ${column.minor ? 'minor' : ''}`}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
