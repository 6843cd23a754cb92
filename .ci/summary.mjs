// Adds up what the steps of `.ci/run` reported. The last line is the verdict, and the exit code says it too.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'

const folder = process.env.AUTHLIB_CI_REPORTS
let passed = 0
let failed = 0

for (const line of readFileSync(join(folder, 'steps'), 'utf8').trim().split('\n')) {
  const [name, code, seconds] = line.split(' ')
  const tests = testsOf(join(folder, `${name}.json`))
  passed += tests.passed
  failed += tests.failed + tests.skipped // CI has all that a test may need
  const broken = code !== '0' && tests.failed === 0 // a step that ends badly without a failed test is a failure itself
  if (broken) failed += 1
  const counts = `${tests.passed} passed, ${tests.failed} failed, ${tests.skipped} skipped`
  console.log(`${code === '0' ? '✓' : '✗'} ${name.padEnd(10)} ${seconds.padStart(4)} s  ${tests.any ? counts : ''}`)
}

console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 && passed > 0 ? 0 : 1

function testsOf(path) {
  if (!existsSync(path)) return { any: false, passed: 0, failed: 0, skipped: 0 }
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = JSON.parse(readFileSync(path, 'utf8'))
  return { any: true, passed: numPassedTests, failed: numFailedTests, skipped: numPendingTests + numTodoTests }
}
