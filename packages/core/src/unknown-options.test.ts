import { describe, expect, it } from 'vitest'
import { refuseUnknownOptions } from './unknown-options.ts'

const known = { clientId: true, issuer: true }

describe('refuseUnknownOptions', () => {
  it('accepts known options, and none', () => {
    refuseUnknownOptions('Client', { clientId: 'a', issuer: 'b' }, known)
    refuseUnknownOptions('Client', {}, known)
    refuseUnknownOptions('widget', {})
  })

  it('names the option and lists those there are', () => {
    expect(() => refuseUnknownOptions('Client', { clientId: 'a', onEvnet: 1 }, known)).toThrow(
      new TypeError('Client has no option "onEvnet": it takes clientId, issuer'),
    )
  })

  it('names what a factory has left', () => {
    expect(() => refuseUnknownOptions('widget', { sise: 1 })).toThrow(new TypeError('widget has no option "sise"'))
  })

  it('passes over an unknown option that is undefined, which does nothing', () => {
    refuseUnknownOptions('widget', { size: undefined })
  })

  it.each(['constructor', 'toString', '__proto__'])('takes %s for no known option', (name) => {
    const options = JSON.parse(`{ "${name}": 1 }`) as object
    expect(() => refuseUnknownOptions('widget', options, known)).toThrow(TypeError)
  })
})
