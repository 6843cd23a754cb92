/** The few assertions that a contract suite needs, so that it runs under any test runner. */

/** Throws with both values unless they are equal as JSON: members in any order, undefined ones left out. */
export function assertEqual(actual: unknown, expected: unknown, what: string): void {
  if (isEqual(actual, expected)) return
  throw new Error(`${what}: expected ${show(expected)}, got ${show(actual)}`)
}

/** Throws unless the promise rejects with an error of this code. */
export async function assertRejects(promise: Promise<unknown>, code: string, what: string): Promise<void> {
  const outcome = await promise.then(
    (value) => `the answer ${show(value)}`,
    (error: unknown) => (error instanceof Error && 'code' in error && error.code === code ? code : String(error)),
  )
  if (outcome !== code) throw new Error(`${what}: expected the error ${code}, got ${outcome}`)
}

function isEqual(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) !== Array.isArray(b)) return false
  const left = members(a)
  const right = members(b)
  return (
    left.size === right.size && [...left].every(([name, value]) => right.has(name) && isEqual(value, right.get(name)))
  )
}

function members(object: object): Map<string, unknown> {
  return new Map(Object.entries(object).filter(([, value]) => value !== undefined))
}

function show(value: unknown): string {
  const text = JSON.stringify(value) as string | undefined // undefined has no JSON
  return text === undefined ? String(value) : text.length > 500 ? `${text.slice(0, 500)}…` : text
}
