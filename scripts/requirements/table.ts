/** What a specification demands, where it is carried out, and what shows it. */

/** One rule: section, our own short wording, a source file, a test file, and a part of the title of a test in it. */
export type Requirement = readonly [section: string, must: string, code: string, test: string, title: string]

export interface RequirementTable {
  /** Name of the page. */
  readonly page: string
  /** As in `specifications.ts`. */
  readonly name: string
  /** Files are named from `packages`, without `src`: `oidc/server/log-out.ts`. */
  readonly rules: readonly Requirement[]
}
