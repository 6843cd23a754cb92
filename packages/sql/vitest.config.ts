import { defineProject, mergeConfig } from 'vitest/config'
import shared from '../../vitest.shared.ts'

// A case of hundreds of commits takes a second on a machine at rest, and far more on one where others work.
const patience = 60_000

export default mergeConfig(
  shared,
  defineProject({ test: { name: 'sql', testTimeout: patience, hookTimeout: patience } }),
)
