/** Which extensions take part in which moment, worked out once: an extension costs nothing where it has nothing to do. */

import type { Extension } from '../contract/extension.ts'
import type { Handler, Moment } from '../contract/moments.ts'

/** A moment of {@link Extension}: its functions. */
type MomentName = {
  [Name in keyof Extension]-?: NonNullable<Extension[Name]> extends (...input: never[]) => unknown ? Name : never
}[Exclude<keyof Extension, 'metadata'>]

/** For each moment the functions of the extensions that have it, in the order of registration. */
export type Moments = { readonly [Name in MomentName]: readonly NonNullable<Extension[Name]>[] }

/** Moments at which no grant is known. */
export const globalMoments: readonly MomentName[] = [
  'resolveRequestUri',
  'resolveRequestObject',
  'authorizationResponse',
  'responseHeaders',
]

const names: readonly MomentName[] = [
  ...globalMoments,
  'validateAuthorizationRequest',
  'demands',
  'consents',
  'authorizing',
  'receiveClientRequest',
  'validateTokenRequest',
  'issuing',
  'tokenResponse',
  'ending',
]

export function momentsOf(extensions: readonly Extension[]): Moments {
  const lists = names.map((name) => [name, extensions.flatMap((extension) => functionsOf(extension, name))])
  return Object.fromEntries(lists) as Moments // sound: one list for each name, of functions under that name
}

/** Bound, so that an extension may be an object with `this`. */
function functionsOf(extension: Extension, name: MomentName): readonly unknown[] {
  const moments: { readonly [name: string]: ((...input: never[]) => unknown) | undefined } = extension as never // sound: names lists functions alone
  const moment = moments[name]
  return moment ? [moment.bind(extension)] : []
}

export type HandlerLists = ReadonlyMap<Moment<never, unknown>, readonly Handler['handle'][]>

/** What extensions do at the moments that features have opened. */
export function handlersOf(extensions: readonly Extension[]): HandlerLists {
  const lists = new Map<Moment<never, unknown>, Handler['handle'][]>()
  for (const { handlers = [] } of extensions) {
    for (const { moment, handle } of handlers) lists.set(moment, [...(lists.get(moment) ?? []), handle])
  }
  return lists
}
