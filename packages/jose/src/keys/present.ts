/** Some members of an object, of which none is `undefined`. */
type Present<T> = { readonly [Name in keyof T]?: Exclude<T[Name], undefined> }

/** The members that have a value. */
export function present<T extends object>(members: T): Present<T> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Present<T> // none is left
}
