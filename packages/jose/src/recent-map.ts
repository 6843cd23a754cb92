/** What was added of late: two generations, of which the older one goes when the younger is full. */
export class RecentMap<Value> {
  readonly #size: number
  #recent = new Map<string, Value>()
  #older = new Map<string, Value>()

  /** Keeps this many at least, twice as many at most. */
  constructor(size: number) {
    this.#size = size
  }

  get(name: string): Value | undefined {
    return this.#recent.get(name) ?? this.#older.get(name)
  }

  set(name: string, value: Value): void {
    if (this.#recent.size >= this.#size) {
      this.#older = this.#recent
      this.#recent = new Map()
    }
    this.#recent.set(name, value)
  }
}
