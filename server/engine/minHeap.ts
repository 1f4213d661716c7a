/** The smallest of many numbers, quickly. Pure. */
export class MinHeap {
  private readonly items: number[] = [];

  peek(): number | undefined {
    return this.items[0];
  }

  push(value: number): void {
    const { items } = this;
    let at = items.length;
    items.push(value);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (items[parent]! <= value) break;
      items[at] = items[parent]!;
      at = parent;
    }
    items[at] = value;
  }

  pop(): number | undefined {
    const { items } = this;
    const top = items[0];
    const last = items.pop();
    if (last === undefined || items.length === 0) return top;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && items[child + 1]! < items[child]!) child += 1;
      if (items[child]! >= last) break;
      items[at] = items[child]!;
      at = child;
    }
    items[at] = last;
    return top;
  }
}

/** Things due at a tick, taken in the order of the ticks. */
export class TickQueue<T> {
  private readonly byTick = new Map<number, T[]>();
  private readonly ticks = new MinHeap();

  add(tick: number, item: T): void {
    const list = this.byTick.get(tick);
    if (list) list.push(item);
    else {
      this.byTick.set(tick, [item]);
      this.ticks.push(tick);
    }
  }

  nextTick(): number | undefined {
    return this.ticks.peek();
  }

  /** All that is due at or before `tick`, in the order in which it was added within each tick. */
  take(tick: number): T[] {
    let taken: T[] | undefined;
    for (let next = this.ticks.peek(); next !== undefined && next <= tick; next = this.ticks.peek()) {
      this.ticks.pop();
      const list = this.byTick.get(next)!;
      this.byTick.delete(next);
      if (taken) for (const item of list) taken.push(item);
      else taken = list;
    }
    return taken ?? [];
  }
}
