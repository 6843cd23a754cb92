/** What a specification demands, where it is carried out, and what shows it. */

/**
 * One rule: section, our own short wording, a source file, a test file, a part of the title of a test in it, and the demands
 * of the text that it carries out: `3.1.2.1#1 3.1.2.1#2`.
 */
export type Requirement = readonly [
  section: string,
  must: string,
  code: string,
  test: string,
  title: string,
  demands?: string,
]

/** Demands that no code of this library can carry out, and why: the page shows it. */
export type Excuse = readonly [demands: string, reason: string]

/** Written by `node scripts/statements.ts --write`: the demands of a text, without their words. */
export interface Inventory {
  /** File name of the text. */
  readonly text: string
  /** From the id, `3.1.2.1#2`, to the fingerprint of the sentence. */
  readonly demands: Readonly<Record<string, string>>
}

export interface RequirementTable {
  /** Name of the page. */
  readonly page: string
  /** As in `specifications.ts`. */
  readonly name: string
  /** Files are named from `packages`, without `src`: `oidc/server/log-out.ts`. */
  readonly rules: readonly Requirement[]
  /** All demands of the text. Each has a rule or an excuse. */
  readonly statements: Inventory
  readonly excused?: readonly Excuse[]
}
