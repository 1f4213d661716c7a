/** Whose number is it, of one slot: open addressing in two flat arrays, eight bytes a place and no object per identity. Pure. */

/** Two identities drew the same number: it is neither's. */
export const SHARED = -1;
const LEAST_PLACES = 64;
/** Fuller than this, looking gets long. */
const FULL_SHARE = 0.6;

export class SlotTable {
  #numbers: Uint32Array;
  /** 0: empty; else the owner's, from 1 on, or SHARED. */
  #owners: Int32Array;
  #used = 0;
  /** Numbers that two identities share. */
  shared = 0;

  constructor(expected = 0) {
    let places = LEAST_PLACES;
    while (places * FULL_SHARE < expected) places *= 2;
    this.#numbers = new Uint32Array(places);
    this.#owners = new Int32Array(places);
  }

  get size(): number {
    return this.#used;
  }

  /** `owner` from 1 on. */
  put(number: number, owner: number): void {
    const at = this.#placeOf(number);
    const known = this.#owners[at]!;
    if (known === 0) {
      this.#numbers[at] = number;
      this.#owners[at] = owner;
      if (++this.#used > this.#owners.length * FULL_SHARE) this.#grow();
    } else if (known !== owner && known !== SHARED) {
      this.#owners[at] = SHARED;
      this.shared++;
    }
  }

  /** 0: nobody's. */
  find(number: number): number {
    return this.#owners[this.#placeOf(number)]!;
  }

  /** Where it stands, or would. Numbers are HMACs, or an attacker's: multiplied so that runs of them do not cluster. */
  #placeOf(number: number): number {
    const mask = this.#owners.length - 1;
    let at = (Math.imul(number ^ (number >>> 16), 0x9e3779b1) >>> 7) & mask;
    while (this.#owners[at] !== 0 && this.#numbers[at] !== number) at = (at + 1) & mask;
    return at;
  }

  #grow(): void {
    const numbers = this.#numbers;
    const owners = this.#owners;
    this.#numbers = new Uint32Array(numbers.length * 2);
    this.#owners = new Int32Array(owners.length * 2);
    for (let i = 0; i < owners.length; i++) {
      if (owners[i] === 0) continue;
      const at = this.#placeOf(numbers[i]!);
      this.#numbers[at] = numbers[i]!;
      this.#owners[at] = owners[i]!;
    }
  }
}
