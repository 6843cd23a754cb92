/** What is granted is what was shown: of an answer, what the page asked for; of the rest, what was approved before. */

import { invalidScope, serverError } from '../../errors.ts'
import { coversScope } from '../../scope.ts'
import type { ConsentItem } from '../contract/interaction.ts'
import type { InteractionRequest } from '../contract/requests.ts'
import type { Questions } from './ask.ts'
import type { Shown } from './handle.ts'
import { shownOf } from './shown.ts'

/** What the page says was approved. */
export interface Approved {
  /** Default: all that the page showed. */
  readonly scope?: readonly string[]
  readonly items?: readonly ConsentItem[]
  readonly remember?: boolean
}

/** What must be approved now, what the page showed, and what it says. */
export interface Answer {
  readonly questions: Questions
  readonly shown: Shown | null
  readonly answer: Approved
}

/**
 * Null: something is missing that the page did not show, such as a consent forgotten meanwhile, and must be asked for.
 *
 * @throws OAuth2Error `invalid_scope` when the page approves what was not asked for
 */
export async function whatWasApproved(
  request: InteractionRequest,
  { questions, shown, answer }: Answer,
): Promise<{ scope: readonly string[]; items: readonly ConsentItem[] } | null> {
  if (shown === null) return null
  const { scope = shown.scope, items = questions.items } = answer
  if (!coversScope(request.scope, scope)) throw invalidScope('scope was approved that was not asked for')
  const needed = await shownOf(questions)
  if (!coversScope(shown.scope, needed.scope) || !coversScope(shown.items, needed.items)) return null
  for (const item of items) assertAsked(item, questions.items)
  const granted = request.scope.filter((word) => scope.includes(word) || !shown.scope.includes(word))
  const known = request.server.requests.consents(request).filter((item) => !isAmong(item, questions.items))
  return { scope: granted, items: [...known, ...items] }
}

/** A page may narrow the value of an item; one that is remembered by its key is approved as it is, or not at all. */
function assertAsked(item: ConsentItem, asked: readonly ConsentItem[]): void {
  const isNarrowed = item.key === undefined && asked.some(({ type, key }) => type === item.type && key === undefined)
  if (isNarrowed || isAmong(item, asked)) return
  throw serverError('', { reason: `an item of type ${item.type} was approved that was not asked for` })
}

function isAmong(item: ConsentItem, items: readonly ConsentItem[]): boolean {
  return items.some((other) => isSame(item, other))
}

function isSame(one: ConsentItem, other: ConsentItem): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}
