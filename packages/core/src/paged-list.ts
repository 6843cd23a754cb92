/**
 * A list that grows at its end, loses members anywhere in constant time, and is read in pages by binary search. It consists
 * of short blocks, so that closing the gaps never takes long.
 */

export interface Slot<T> {
  readonly list: PagedList<T>
  /** Rises along the list. */
  readonly position: number
  /** Undefined once the member has left. */
  item: T | undefined
}

export interface PagedList<T> {
  readonly name: string
  readonly size: number
  /** `position` must be greater than any before it. */
  add(position: number, item: T): Slot<T>
  /** The slot must be one that `add` of this list returned, and not removed yet. */
  remove(slot: Slot<T>): void
  /** Up to `limit` slots whose position is greater than `after`. */
  page(after: number, limit: number): Slot<T>[]
}

const BLOCK = 1024

interface Block<T> {
  slots: Slot<T>[]
  size: number
}

export function pagedList<T>(name: string): PagedList<T> {
  return new Blocks<T>(name)
}

/** A class, because most lists are of one record: closures for each would weigh more than it. */
class Blocks<T> implements PagedList<T> {
  readonly name: string
  readonly #blocks: Block<T>[] = []
  size = 0

  constructor(name: string) {
    this.name = name
  }

  add(position: number, item: T): Slot<T> {
    const slot = { list: this, position, item }
    const last = this.#blocks.at(-1)
    if (last && last.slots.length < BLOCK) {
      last.slots.push(slot)
      last.size++
    } else {
      this.#blocks.push({ slots: [slot], size: 1 })
    }
    this.size++
    return slot
  }

  remove(slot: Slot<T>): void {
    const at = this.#blockAfter(slot.position - 1)
    const block = this.#blocks[at]!
    slot.item = undefined
    this.size--
    block.size--
    if (block.size === 0) this.#blocks.splice(at, 1)
    else if (block.size < block.slots.length / 2) block.slots = block.slots.filter(({ item }) => item !== undefined)
  }

  page(after: number, limit: number): Slot<T>[] {
    const page: Slot<T>[] = []
    for (let at = this.#blockAfter(after); at < this.#blocks.length && page.length < limit; at++) {
      const { slots } = this.#blocks[at]!
      for (let n = firstAfter(slots, after); n < slots.length && page.length < limit; n++) {
        if (slots[n]!.item !== undefined) page.push(slots[n]!)
      }
    }
    return page
  }

  /** The first block that ends after the position. */
  #blockAfter(position: number): number {
    return lowest(this.#blocks.length, (n) => this.#blocks[n]!.slots.at(-1)!.position > position)
  }
}

function firstAfter<T>(slots: readonly Slot<T>[], position: number): number {
  return lowest(slots.length, (n) => slots[n]!.position > position)
}

/** The lowest number below `end` for which the condition holds, and with it for all higher ones; else `end`. */
function lowest(end: number, holds: (n: number) => boolean): number {
  let low = 0
  let high = end
  while (low < high) {
    const middle = (low + high) >> 1
    if (holds(middle)) high = middle
    else low = middle + 1
  }
  return low
}
