import { describe, expect, it } from 'vitest'

const { Bun, Deno, process, navigator } = globalThis as {
  Bun?: { version: string }
  Deno?: { version: { deno: string } }
  process?: { version?: string }
  navigator?: { userAgent?: string }
}

/** Workers and browsers imitate parts of Node.js, Bun and Deno most of it: the most particular sign is asked first. */
function runtime(): string {
  if (Bun !== undefined) return `Bun ${Bun.version}`
  if (Deno !== undefined) return `Deno ${Deno.version.deno}`
  const agent = navigator?.userAgent ?? ''
  if (agent.startsWith('Cloudflare') || agent.startsWith('Mozilla')) return agent
  return `Node.js ${process?.version ?? ''}`
}

describe(`the runtime is ${runtime()}`, () => {
  it.each([
    'crypto',
    'fetch',
    'Request',
    'Response',
    'Headers',
    'URL',
    'URLSearchParams',
    'TextEncoder',
    'AbortSignal',
  ])('has %s, which the library stands on', (name) => {
    expect(globalThis).toHaveProperty(name)
  })
})
