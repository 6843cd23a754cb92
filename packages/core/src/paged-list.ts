/** A list that grows at its end, loses members anywhere in constant time, and is read in pages by binary search. */

export interface Slot<T> {
  /** Rises along the list. */
  readonly position: number
  /** Undefined once the member has left. */
  item: T | undefined
}

export interface PagedList<T> {
  readonly size: number
  /** `position` must be greater than any before it. */
  add(position: number, item: T): Slot<T>
  /** The slot must be one that `add` of this list returned, and not removed yet. */
  remove(slot: Slot<T>): void
  /** Up to `limit` slots whose position is greater than `after`. */
  page(after: number, limit: number): Slot<T>[]
}

export function pagedList<T>(): PagedList<T> {
  let slots: Slot<T>[] = []
  let size = 0
  return {
    get size() {
      return size
    },
    add(position, item) {
      const slot = { position, item }
      slots.push(slot)
      size++
      return slot
    },
    remove(slot) {
      slot.item = undefined
      size--
      if (size < slots.length / 2) slots = slots.filter(({ item }) => item !== undefined)
    },
    page(after, limit) {
      const page: Slot<T>[] = []
      for (let at = start(after); at < slots.length && page.length < limit; at++) {
        const slot = slots[at]!
        if (slot.item !== undefined) page.push(slot)
      }
      return page
    },
  }

  /** Where the first slot after the position stands. */
  function start(after: number): number {
    let low = 0
    let high = slots.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (slots[middle]!.position <= after) low = middle + 1
      else high = middle
    }
    return low
  }
}
