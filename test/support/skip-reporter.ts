/** Says at the end of a run what was skipped and why. */

import type { Reporter, TestModule } from 'vitest/node'

export default class SkipReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const counts = new Map<string, number>()
    for (const test of modules.flatMap((module) => [...module.children.allTests('skipped')])) {
      const result = test.result()
      const reason = (result.state === 'skipped' ? result.note : undefined) ?? 'without a reason'
      counts.set(reason, (counts.get(reason) ?? 0) + 1)
    }
    for (const [reason, count] of counts) console.log(`Skipped ${count}: ${reason}`)
  }
}
