/** Some members of an object, of which none is `undefined`. */
type Present<T> = { readonly [Name in keyof T]?: Exclude<T[Name], undefined> }

/** The members that have a value. */
export function present<T extends object>(members: T): Present<T> {
  return pick(members, Object.keys(members) as (string & keyof T)[]) as Present<T> // all its names
}

/** Those of some names that have a value. */
export function pick<T extends object, Name extends string & keyof T>(
  source: T,
  names: readonly Name[],
): Present<Pick<T, Name>> {
  const given = names.filter((name) => source[name] !== undefined)
  return Object.fromEntries(given.map((name) => [name, source[name]])) as Present<Pick<T, Name>> // those very names
}
